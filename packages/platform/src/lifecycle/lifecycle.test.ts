import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '../log/log.ts';
import { createLifecycle } from './lifecycle.ts';

const quiet = createLogger({ program: 'test', level: 'error', destination: { write: () => undefined } });

/** Starts the test program; `on` is called with every line that it prints. */
async function run(mode: string, on: (line: string, child: ReturnType<typeof spawn>) => void) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'testdata/program.ts'), mode], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      on(line, child);
    }
  });
  const beganMs = performance.now();
  await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode, lines, log, tookMs: performance.now() - beganMs };
}

test('a signal stops the phases in reverse order and ends with 0', async () => {
  const result = await run('plain', (line, child) => line === 'ready' && child.kill('SIGTERM'));
  expect(result.lines).toEqual(['start one', 'start two', 'ready', 'stop three', 'stop two', 'stop one: SIGTERM']);
  expect(result.code).toBe(0);
});

test('a signal during the start stops what was started and ends with 0', async () => {
  const result = await run('slow-start', (line, child) => line === 'start two' && child.kill('SIGINT'));
  expect(result.lines).toEqual(['start one', 'start two', 'stop two', 'stop one: SIGINT']);
  expect(result.code).toBe(0);
});

test('a phase that does not stop in time is left, the others are still stopped, and the code is 1', async () => {
  const result = await run('hang', (line, child) => line === 'ready' && child.kill('SIGTERM'));
  expect(result.lines.slice(3)).toEqual(['stop three', 'stop two', 'stop one: SIGTERM']);
  expect(result.log).toContain('phase did not stop in time');
  expect(result.code).toBe(1);
});

test('the second signal ends the process at once with 1', async () => {
  const result = await run(
    'hang-forever',
    (line, child) => (line === 'ready' || line === 'stop two') && child.kill('SIGTERM'),
  );
  expect(result.lines.at(-1)).toBe('stop two');
  expect(result.code).toBe(1);
});

test('a start that fails stops what was started and ends with 1', async () => {
  const result = await run('fail', () => undefined);
  expect(result.lines).toEqual(['start one', 'start two', 'stop two', 'stop one: start failed']);
  expect(result.log).toContain('port taken');
  expect(result.code).toBe(1);
});

test.each(['throw', 'reject'])('an unhandled error (%s) is logged and ends with 1', async (mode) => {
  const result = await run(mode, () => undefined);
  expect(result.log).toContain('defect');
  expect(result.code).toBe(1);
});

test('the end of the pipe on stdin stops a child in order', async () => {
  const result = await run('child', (line, child) => line === 'ready' && child.stdin?.end());
  expect(result.lines.slice(3)).toEqual(['stop three', 'stop two', 'stop one: the parent process ended']);
  expect(result.code).toBe(1);
});

test('a child whose parent ended ends within the limit even when a phase hangs', async () => {
  const result = await run('hang-forever', (line, child) => line === 'ready' && child.stdin?.end());
  expect(result.code).toBe(1);
  console.log(`ended after ${Math.round(result.tookMs)} ms`);
  expect(result.tookMs).toBeLessThan(10_000);
});

test('stop is joined by a second call, and phases that were not started are not stopped', async () => {
  const stopped: string[] = [];
  const lifecycle = createLifecycle({ log: quiet });
  lifecycle.add({ name: 'one', why: 'first', stop: () => void stopped.push('one'), stopTimeoutMs: 1_000 });
  await lifecycle.start();
  lifecycle.add({
    name: 'late',
    why: 'added after the start',
    stop: () => void stopped.push('late'),
    stopTimeoutMs: 1_000,
  });
  expect(await Promise.all([lifecycle.stop('a'), lifecycle.stop('b')])).toEqual([true, true]);
  expect(stopped).toEqual(['one']);
});

test('a phase that waits is told to end when a stop is asked for', async () => {
  const lifecycle = createLifecycle({ log: quiet });
  lifecycle.add({
    name: 'waiting',
    why: 'waits for something that does not come',
    start: (signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('told to end')))),
    stopTimeoutMs: 1_000,
  });
  const starting = lifecycle.start();
  expect(await lifecycle.stop('test')).toBe(true);
  await expect(starting).rejects.toThrow('told to end');
});
