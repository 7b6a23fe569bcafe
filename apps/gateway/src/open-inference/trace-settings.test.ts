import { expect, test } from 'vitest';
import { TraceSettings } from './trace-settings.ts';

function traced(settings: TraceSettings, model: string, requests: number): number {
  return Array.from({ length: requests }, () => settings.takes(model)).filter(Boolean).length;
}

test('nothing is traced before somebody asks for it', () => {
  const settings = new TraceSettings();
  expect(settings.get(null)).toEqual({ level: 'OFF', rate: 1_000, count: -1 });
  expect(traced(settings, 'iris', 5_000)).toBe(0);
});

test('every n-th request is traced, over all models together', () => {
  const settings = new TraceSettings();
  settings.change(null, { level: 'TIMESTAMPS', rate: 10 });
  expect(traced(settings, 'iris', 55)).toBe(5);
  expect(traced(settings, 'other', 5)).toBe(1);
});

test('a count ends it, and is shown as it goes down', () => {
  const settings = new TraceSettings();
  settings.change(null, { level: 'TIMESTAMPS', rate: 1, count: 3 });
  expect(traced(settings, 'iris', 2)).toBe(2);
  expect(settings.get(null).count).toBe(1);
  expect(traced(settings, 'iris', 5)).toBe(1);
  expect(settings.get(null).count).toBe(0);
});

test('a model has settings of its own until they are taken back', () => {
  const settings = new TraceSettings();
  settings.change('iris', { level: 'TIMESTAMPS', rate: 1, count: 2 });
  expect(traced(settings, 'other', 5)).toBe(0);
  expect(traced(settings, 'iris', 5)).toBe(2);
  expect(settings.get('iris')).toEqual({ level: 'TIMESTAMPS', rate: 1, count: 0 });
  expect(settings.change('iris', { level: null, rate: null, count: null })).toEqual(settings.get(null));
  settings.change(null, { level: 'TIMESTAMPS', rate: 2 });
  settings.change(null, { level: null, rate: null });
  expect(settings.get(null)).toEqual({ level: 'OFF', rate: 1_000, count: -1 });
  expect(traced(settings, 'iris', 5)).toBe(0);
});
