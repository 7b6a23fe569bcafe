import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from '../start-platform.ts';

const main = join(repository, 'apps/cli/src/main.ts');

test.each([
  ['a help', '--help'],
  ['a script for a shell', 'completion bash'],
])('%s that nobody reads ends without a word, with the code of a broken pipe', (_what, words) => {
  // `true` has ended long before a first line is written.
  const command = `set -o pipefail; "$0" "$1" ${words} | true`;
  const { status, stderr } = spawnSync('bash', ['-c', command, process.execPath, main], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 141, stderr: '' });
});
