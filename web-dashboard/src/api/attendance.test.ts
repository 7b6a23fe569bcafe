import { expect, test } from 'vitest';
import { watchAttendance } from './attendance.ts';

test('what a page asks that nobody has touched for a minute says so', () => {
  let nowMs = 5_000;
  const page = new EventTarget();
  const attendance = watchAttendance(page, () => nowMs);
  expect(attendance.headers()).toEqual({});
  nowMs += 60_001;
  expect(attendance.headers()).toEqual({ 'x-unattended': 'true' });
  page.dispatchEvent(new Event('keydown'));
  expect(attendance.headers()).toEqual({});
});
