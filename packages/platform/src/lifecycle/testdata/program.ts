// A program with three phases whose behaviour the test chooses by the first argument.
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../log/log.ts';
import { createLifecycle } from '../lifecycle.ts';

const mode = process.argv[2];
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const log = createLogger({ program: 'test', level: 'info', destination: 'stderr' });
const lifecycle = createLifecycle({ log });
const server = createServer();

lifecycle.add({
  name: 'one',
  why: 'first',
  start: () => print('start one'),
  stop: (reason) => print(`stop one: ${reason}`),
  stopTimeoutMs: 1_000,
});
lifecycle.add({
  name: 'two',
  why: 'holds the event loop open',
  start: async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    print('start two');
    if (mode === 'slow-start') await sleep(500);
  },
  stop: async () => {
    print('stop two');
    if (mode === 'hang' || mode === 'hang-forever') await new Promise(() => setTimeout(() => undefined, 60_000));
    server.close();
  },
  stopTimeoutMs: mode === 'hang-forever' ? 60_000 : 200,
});
lifecycle.add({
  name: 'three',
  why: 'last',
  start: () => {
    if (mode === 'fail') throw new Error('port taken');
    print('ready');
    if (mode === 'throw') {
      setTimeout(() => {
        throw new Error('defect');
      }, 10);
    }
    if (mode === 'reject') void Promise.reject(new Error('defect'));
  },
  stop: () => print('stop three'),
  stopTimeoutMs: 1_000,
});
if (mode === 'child' || mode === 'hang-forever') lifecycle.stopWhenParentEnds(1_000);
await lifecycle.runUntilSignal();
