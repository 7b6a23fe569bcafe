import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { collectorFlags } from './collector-flags.ts';

test('what is young is collected by one thread where there are no cores to spare', () => {
  expect(collectorFlags(1)).toEqual(collectorFlags(2));
  expect(collectorFlags(2)).not.toEqual([]);
  expect(collectorFlags(3)).toEqual([]);
});

test('Node takes the flags', () => {
  const { status, stderr } = spawnSync(process.execPath, [...collectorFlags(2), '--eval', ''], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});
