import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePorts, isPortFree } from './ports.ts';
import { identifyProcess, isRunning } from './process-identity.ts';

test('a process is known while it runs and not afterwards', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const identity = identifyProcess(child.pid ?? 0);
  if (identity === null) throw new Error('the child runs and has no identity');
  expect(isRunning(identity)).toBe(true);
  expect(isRunning({ ...identity, startedAt: '1' })).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isRunning(identity)).toBe(false);
  expect(identifyProcess(child.pid ?? 0)).toBeNull();
});

test('free ports are different and free; a taken one is not', async () => {
  const ports = await freePorts('127.0.0.1', 3);
  expect(new Set(ports).size).toBe(3);
  const [port = 0] = ports;
  expect(await isPortFree('127.0.0.1', port)).toBe(true);
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  expect(await isPortFree('127.0.0.1', port)).toBe(false);
  server.close();
});
