import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../../start-platform.ts';
import type { Peer } from './peers.ts';

const execute = promisify(execFile);
const limits = { timeout: 1_200_000, maxBuffer: 2 ** 24 };

/** Makes the environment of a server under `.tools/peers`. @returns what went wrong, for the report; null when it is there. */
export async function installPeer({ name, title, requirements }: Peer): Promise<string | null> {
  try {
    if (requirements !== null) {
      await install(name, title, join(repository, requirements));
      return null;
    }
    await pip('python3', [
      'wheel',
      '--no-deps',
      '--wheel-dir',
      join(repository, '.tools/peers', `${name}-wheel`),
      name,
    ]);
    return 'the package can be had, but nothing here starts it';
  } catch (error) {
    return reasonOf(error);
  }
}

/** An environment whose list has not changed is kept; an interrupted one has no stamp and is made anew. */
async function install(name: string, title: string, list: string): Promise<void> {
  const folder = join(repository, '.tools/peers', name);
  const stamp = join(folder, '.installed-from');
  const wanted = await readFile(list, 'utf8');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return;
  console.log(`Installing ${title} into .tools/peers/${name} ...`);
  await rm(folder, { recursive: true, force: true });
  await execute(await python(), ['-m', 'venv', folder], limits);
  await pip(join(folder, 'bin/python'), ['install', '--no-deps', '--require-hashes', '--requirement', list]);
  await writeFile(stamp, wanted);
}

/** The system's Python, if it can make environments: the Triton of PyTriton brings its interpreter, but not the library of another. */
async function python(): Promise<string> {
  const ofSystem = '/usr/bin/python3';
  const canMake = await execute(ofSystem, ['-c', 'import ensurepip, venv'], limits).then(
    () => true,
    () => false,
  );
  return canMake ? ofSystem : 'python3';
}

async function pip(program: string, args: readonly string[]): Promise<void> {
  await execute(program, ['-m', 'pip', '--quiet', '--disable-pip-version-check', ...args], limits);
}

function reasonOf(error: unknown): string {
  const { stderr } = error as { readonly stderr?: string }; // execFile adds it to its errors.
  const lines = (stderr ?? String(error)).split('\n').map((line) => line.trim());
  // What the package itself says, if it does; else pip's last word.
  const said = lines.findIndex((line) => /^RuntimeError|No matching distribution/.test(line));
  if (said < 0) return lines.findLast((line) => /error/i.test(line)) ?? String(error);
  return lines.slice(said, said + 2).join(' ');
}
