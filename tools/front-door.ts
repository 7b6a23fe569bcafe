import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { renderFrontDoorSettings } from './front-door/render-settings.ts';

// node tools/front-door.ts <folder> writes the settings of nginx (docs/guides/front-door.md) from the environment. The folder
// is mounted over /etc/nginx/settings; a running nginx reads it again at SIGHUP.

const usage = 'usage: node tools/front-door.ts <folder that is mounted over /etc/nginx/settings>';

function write(folder: string): number {
  const files = renderFrontDoorSettings(process.env);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) {
    // nginx may be reading it.
    const partial = join(folder, `.${name}.partial`);
    writeFileSync(partial, text);
    renameSync(partial, join(folder, name));
  }
  return files.size;
}

const [folder, ...rest] = process.argv.slice(2);
try {
  if (folder === undefined || rest.length > 0) throw new ClusterError('CONFIG_INVALID', usage);
  console.log(`${write(folder)} files of settings in ${folder}`);
} catch (error) {
  if (!(error instanceof ClusterError)) throw error;
  console.error(error.fix === undefined ? error.message : `${error.message}; ${error.fix}`);
  process.exitCode = 2;
}
