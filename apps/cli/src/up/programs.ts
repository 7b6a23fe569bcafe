import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isOfSources } from '@cluster-ai/platform/process/bundle-sources.ts';
import { programFolder } from '../program-folder.ts';

/** Where the programs that `up` starts, and the files that they use, are found. */
export const programs = {
  cli: join(programFolder, 'apps/cli/src/main.ts'),
  get controlPlane() {
    return mainOf('control-plane');
  },
  get gateway() {
    return mainOf('gateway');
  },
  dashboard: join(programFolder, 'web-dashboard/dist'),
} as const;

/**
 * A program's bundle, as the images carry it, where one was written from just these sources (`npm run dist`): it starts with
 * half of the work and a quarter less memory. Else the sources.
 */
function mainOf(name: 'control-plane' | 'gateway'): string {
  const bundle = join(programFolder, 'dist', name);
  return isOfSources(programFolder, bundle)
    ? join(bundle, `${name}.js`)
    : join(programFolder, 'apps', name, 'src/main.ts');
}

/** The built dashboard, or undefined when it was not built. */
export function dashboardFolder(): string | undefined {
  return existsSync(join(programs.dashboard, 'index.html')) ? programs.dashboard : undefined;
}

/** Folders of example models: those in `models` and `.cache/models` that hold `<version>/model.onnx`. */
export function exampleModels(folder = programFolder): string[] {
  return [join(folder, 'models'), join(folder, '.cache/models')].flatMap((parent) =>
    existsSync(parent)
      ? readdirSync(parent)
          .toSorted()
          .map((name) => join(parent, name))
          .filter(isModelFolder)
      : [],
  );
}

function isModelFolder(folder: string): boolean {
  if (!statSync(folder).isDirectory()) return false;
  return readdirSync(folder).some((name) => /^[1-9]\d*$/.test(name) && existsSync(join(folder, name, 'model.onnx')));
}
