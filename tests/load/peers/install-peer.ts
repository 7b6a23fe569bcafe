import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installPythonEnvironment } from '../../../tools/test/python-environment.ts';
import { repository } from '../../start-platform.ts';
import type { Peer } from './peers.ts';

const execute = promisify(execFile);

/** Makes the environment of a server under `.tools/peers`. @returns what went wrong, for the report; null when it is there. */
export async function installPeer({ name, title, requirements, tried }: Peer): Promise<string | null> {
  try {
    if (requirements === null) {
      await fetchWheel(tried ?? name);
      return 'the package can be had, but nothing here starts it';
    }
    await installPythonEnvironment(repository, { title, folder: `peers/${name}`, requirements });
    return null;
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string }; // execFile adds it to its errors.
    const lines = (stderr ?? String(error)).split('\n').map((line) => line.trim());
    // What the package itself says, if it does; else pip's last word.
    const said = lines.findIndex((line) => /^RuntimeError|No matching distribution/.test(line));
    return said < 0
      ? (lines.findLast((line) => /error/i.test(line)) ?? String(error))
      : lines.slice(said, said + 2).join(' ');
  }
}

/** Asks for a package that carries no server as far as we know, so that the report has what its index says today. */
async function fetchWheel(name: string): Promise<void> {
  const into = join(repository, '.tools/peers', `${name}-wheel`);
  await execute('python3', ['-m', 'pip', 'wheel', '--quiet', '--no-deps', '--wheel-dir', into, name], {
    timeout: 120_000,
  });
}
