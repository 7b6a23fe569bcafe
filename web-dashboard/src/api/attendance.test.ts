import { afterEach, expect, test, vi } from 'vitest';
import { attendanceHeaders, watchAttendance } from './attendance.ts';

afterEach(() => vi.useRealTimers());

test('what a page asks that nobody has touched for a minute says so', () => {
  vi.useFakeTimers({ toFake: ['performance'], now: performance.now() });
  const page = new EventTarget();
  watchAttendance(page);
  page.dispatchEvent(new Event('keydown'));
  expect(attendanceHeaders()).toEqual({});
  vi.advanceTimersByTime(60_001);
  expect(attendanceHeaders()).toEqual({ 'x-unattended': 'true' });
  page.dispatchEvent(new Event('pointermove'));
  expect(attendanceHeaders()).toEqual({});
});
