import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { expect, test } from 'vitest';
import { AddressLockout } from './address-lockout.ts';

function setUp() {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const rule = { attemptsMax: 2, windowMs: 1_000, lockMs: 5_000 };
  return { clock, log, lockout: new AddressLockout({ rule, clock, log, redis: null }) };
}

test('a locked address learns how long, and the log has one line', async () => {
  const { lockout, clock, log } = setUp();
  const told = [];
  for (let count = 0; count < 4; count += 1) told.push(await lockout.attempt('192.0.2.7'));
  expect(told).toEqual([0, 0, 5_000, 5_000]);
  clock.advance(4_000);
  expect(await lockout.attempt('::ffff:192.0.2.7')).toBe(1_000);
  expect(lockout.refused).toBe(3);
  expect(log.messages('warn')).toEqual(['too many unknown keys from one address']);
});

test('one machine with many IPv6 addresses is one client', async () => {
  const { lockout } = setUp();
  await lockout.attempt('2001:db8::1');
  await lockout.attempt('2001:db8::2');
  expect(await lockout.attempt('2001:db8::3')).toBe(5_000);
  expect(await lockout.attempt('2001:db8:0:1::3')).toBe(0);
});

test('a flood from many addresses is forgotten from its beginning, and never all at once', async () => {
  const { lockout } = setUp();
  await lockout.attempt('192.0.2.7');
  await lockout.attempt('192.0.2.7');
  const address = (count: number): string => `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`;
  for (let count = 0; count < 9_999; count += 1) await lockout.attempt(address(count));
  expect(await lockout.attempt('192.0.2.7')).toBe(5_000);
  for (let count = 9_999; count < 10_001; count += 1) await lockout.attempt(address(count));
  expect(await lockout.attempt('192.0.2.7')).toBe(0);
});
