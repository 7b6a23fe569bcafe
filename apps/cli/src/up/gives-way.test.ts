import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { startChild } from './child.ts';
import { givesWay } from './gives-way.ts';

test('a program gives way from when it is ready, and what it needs to become ready does not', async () => {
  const command = { command: process.execPath, args: ['--eval', 'setInterval(() => {}, 1_000)'], env: {}, cwd: '/' };
  const atReady: number[] = [];
  const program = givesWay({
    name: 'sleeper',
    start: () => startChild({ ...command, onOutput: () => undefined }),
    async untilReady(child) {
      atReady.push(getPriority(child.pid));
    },
    stopTimeoutMs: 1_000,
  });
  const child = await program.start();
  try {
    await program.untilReady(child, new AbortController().signal);
    expect(atReady).toEqual([getPriority(0)]);
    expect(getPriority(child.pid)).toBe(Math.max(5, getPriority(0)));
  } finally {
    await child.stop(10_000);
  }
});
