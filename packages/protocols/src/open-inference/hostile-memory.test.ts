import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('a body of 8 MiB is decoded or refused within a heap of 256 MiB, whatever it is made of', () => {
  const program = join(import.meta.dirname, 'testdata/decode-hostile.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--max-old-space-size=256', program], {
    encoding: 'utf8',
  });
  console.log(stdout);
  expect(stderr.slice(0, 2_000)).toBe('');
  expect(status).toBe(0);
  const lines = stdout.trim().split('\n');
  expect(lines.length).toBe(11);
  expect(lines.filter((line) => !/: (taken|ClusterError), /.test(line))).toEqual([]);
});
