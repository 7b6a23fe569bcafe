import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { lowerProcess } from './lower-priority.ts';

test('a process is lowered, one that is lower already stays, and one that has ended is no error', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  lowerProcess(pid);
  const lowered = getPriority(pid);
  expect(lowered).toBe(Math.max(10, getPriority(0)));
  lowerProcess(pid);
  expect(getPriority(pid)).toBe(lowered);
  child.kill();
  await once(child, 'exit');
  lowerProcess(pid);
});

test('what was started under a lower priority is not raised: an ordinary user may not do that', async () => {
  const child = spawn('nice', ['-n', '19', 'sleep', '60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  const endMs = performance.now() + 10_000;
  while (getPriority(pid) < 19 && performance.now() < endMs) await sleep(10);
  lowerProcess(pid);
  expect(getPriority(pid)).toBe(19);
  child.kill();
  await once(child, 'exit');
});
