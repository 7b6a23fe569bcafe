import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { expect, test } from 'vitest';
import { ControlAddresses } from './control-addresses.ts';

test('calls stay with one address until it fails, then go to the next, in turn', () => {
  const log = new MemoryLog();
  const control = new ControlAddresses(['http://a', 'http://b', 'http://c'], log);
  expect([control.present, control.count]).toEqual(['http://a', 3]);
  const { signal } = control;
  control.failed('http://a');
  expect([control.present, signal.aborted, control.signal.aborted]).toEqual(['http://b', true, false]);
  // A second call that was on its way to the same one.
  control.failed('http://a');
  expect(control.present).toBe('http://b');
  control.failed('http://b');
  control.failed('http://c');
  expect(control.present).toBe('http://a');
  expect(log.messages('info')).toHaveLength(3);
});

test('a single address is all there is; whoever waits for it asks again', () => {
  const log = new MemoryLog();
  const control = new ControlAddresses(['http://a'], log);
  const { signal } = control;
  control.failed('http://a');
  expect([control.present, signal.aborted, control.signal.aborted]).toEqual(['http://a', true, false]);
  expect(log.messages('info')).toEqual([]);
});
