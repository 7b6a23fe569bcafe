import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

test('the threads that a process has already are lowered with it', async () => {
  const child = spawn(process.execPath, ['--eval', 'console.log(1); setInterval(() => {}, 1_000)']);
  await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  lowerProcess(pid);
  // Elsewhere a priority is the whole process's.
  const threads = process.platform === 'linux' ? readdirSync(`/proc/${pid}/task`) : [String(pid), String(pid)];
  expect(threads.length).toBeGreaterThan(1);
  expect(threads.map((thread) => getPriority(Number(thread)))).toEqual(threads.map(() => Math.max(10, getPriority(0))));
  child.kill();
  await once(child, 'exit');
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

test('the session of a process that leads one is lowered where there are such groups, and no other', async () => {
  const children = [true, false].map((detached) => spawn('sleep', ['60'], { stdio: 'ignore', detached }));
  await Promise.all(children.map((child) => once(child, 'spawn')));
  const hasGroups = existsSync('/proc/self/autogroup');
  const groupOf = (pid: number | string): string =>
    hasGroups ? readFileSync(`/proc/${pid}/autogroup`, 'utf8').trim() : '';
  const own = groupOf('self');
  for (const { pid = 0 } of children) lowerProcess(pid);
  const [leader = '', other] = children.map(({ pid = 0 }) => groupOf(pid));
  expect(leader.endsWith(' nice 10')).toBe(hasGroups);
  expect([other, groupOf('self')]).toEqual([own, own]);
  const ended = Promise.all(children.map((child) => once(child, 'exit')));
  for (const child of children) child.kill();
  await ended;
});
