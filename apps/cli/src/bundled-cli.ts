import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isOfSources } from '@cluster-ai/platform/process/bundle-sources.ts';
import { isBundled } from '@cluster-ai/platform/process/program-files.ts';
import { programFolder } from './program-folder.ts';

/**
 * Where the bundle of the command line begins, if one was written from just these sources: a command then answers with
 * little more than half of the work.
 * @returns null without one, and inside it.
 */
export function bundledCli(): string | null {
  const bundle = join(programFolder, 'dist/cli');
  if (isBundled || !isOfSources(programFolder, bundle)) return null;
  return pathToFileURL(join(bundle, 'cluster-ai.js')).href;
}
