import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';

const repository = join(import.meta.dirname, '..', '..', '..');

export const chart = join(repository, 'deployments', 'helm', 'cluster-ai');
export const manifests = join(repository, 'deployments', 'k8s');
/** The release of the default profile, in the namespace of the same name. */
export const RELEASE = 'cluster-ai';

/** One way to install the chart. */
export interface Scenario {
  readonly name: string;
  readonly values: string;
  /** What must be there before: Secrets that the values name. */
  readonly objects: string | null;
}

/** Every `ci/<name>-values.yaml` of the chart, and the chart without any. */
export function scenarios(): Scenario[] {
  return globSync('ci/*-values.yaml', { cwd: chart })
    .toSorted()
    .map((file) => {
      const name = basename(file).replace(/-values\.yaml$/, '');
      const objects = join(chart, 'ci', `${name}-objects.yaml`);
      return { name, values: join(chart, file), objects: existsSync(objects) ? objects : null };
    });
}
