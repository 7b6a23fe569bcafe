import { join } from 'node:path';
import { isBundled } from '@cluster-ai/platform/process/program-files.ts';

/** Folder that holds this program: a checkout, or a copy of what of it is needed to run. A bundle lies in its `dist/cli`. */
export const programFolder = join(import.meta.dirname, isBundled ? '../..' : '../../..');
