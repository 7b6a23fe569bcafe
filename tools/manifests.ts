import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderFrontDoorSettings } from './front-door/render-settings.ts';
import { kubernetesTools } from './kubernetes-tools.ts';
import { chartReadme } from './manifests/chart-readme.ts';
import { chartSchema } from './manifests/chart-schema.ts';
import { manifestsOf } from './manifests/kustomization.ts';
import { readChartValues } from './manifests/read-values.ts';
import { renderChart } from './manifests/render-chart.ts';

// The door `make manifests`: schema and README of the chart from its values, deployments/k8s from the chart.

const root = join(import.meta.dirname, '..');
const chart = join(root, 'deployments/helm/cluster-ai');
const kubernetes = join(root, 'deployments/k8s');

/** What `kubectl apply -k` has otherwise than the default profile: no hooks, and a Job for the Secrets that no file holds. */
export const kustomizeValues = { secrets: { mode: 'job' }, migrations: { enabled: false } };

/** Settings of nginx that are the same in every cluster; the chart writes the others for its values. */
const frontDoorFiles = ['workers', 'limits', 'api', 'reports', 'uploads', 'predict', 'grpc'];

/** Every file that this door writes, by its path in the repository. */
export async function writtenFiles(): Promise<ReadonlyMap<string, string>> {
  const { helm } = await kubernetesTools();
  const values = readChartValues(readFileSync(join(chart, 'values.yaml'), 'utf8'));
  const scenarios = readdirSync(join(chart, 'ci'))
    .filter((file) => file.endsWith('-values.yaml'))
    .toSorted()
    .map((file) => ({ name: file.replace('-values.yaml', ''), about: aboutOf(join(chart, 'ci', file)) }));
  const files = new Map<string, string>([
    ['deployments/helm/cluster-ai/values.schema.json', `${JSON.stringify(chartSchema(values), null, 2)}\n`],
    ['deployments/helm/cluster-ai/README.md', chartReadme(values, scenarios)],
  ]);
  const frontDoor = renderFrontDoorSettings({});
  for (const name of frontDoorFiles) {
    files.set(`deployments/helm/cluster-ai/files/front-door/${name}.conf`, frontDoor.get(`${name}.conf`) ?? '');
  }
  const rendered = renderChart({ helm, chart, values: kustomizeValues, judgesValues: false });
  for (const [name, text] of manifestsOf(rendered)) files.set(`deployments/k8s/${name}`, text);
  return files;
}

/** The comment at the top of a scenario. */
function aboutOf(path: string): string {
  return /^# (.*)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
}

if (import.meta.main) {
  const files = await writtenFiles();
  rmSync(kubernetes, { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  console.log(`${files.size} files written: the chart's schema and README, and deployments/k8s.`);
}
