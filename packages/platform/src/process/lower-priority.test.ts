import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { lowerProcess, PreparingSession } from './lower-priority.ts';

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

test('a session is lowered while its leader prepares, and raised again, also when the kernel refuses at first', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
  await once(child, 'spawn');
  const { pid = 0 } = child;
  const group = `/proc/${pid}/autogroup`;
  const hasGroups = existsSync(group);
  const level = async (wanted: string): Promise<boolean> => {
    const endMs = performance.now() + 10_000;
    while (hasGroups && !readFileSync(group, 'utf8').trim().endsWith(wanted) && performance.now() < endMs) {
      await sleep(20);
    }
    return !hasGroups || readFileSync(group, 'utf8').trim().endsWith(wanted);
  };
  const session = new PreparingSession(pid);
  session.lower();
  expect(await level(' nice 10')).toBe(true);
  // One after the other, sooner than the kernel takes them from an ordinary user.
  session.raise();
  session.lower();
  session.raise();
  expect(await level(' nice 0')).toBe(true);
  const ended = once(child, 'exit');
  child.kill();
  await ended;
  session.lower();
  session.forget();
});
