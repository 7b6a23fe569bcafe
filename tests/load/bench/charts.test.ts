import { expect, test } from 'vitest';
import { barChart } from './charts.ts';

function widths(svg: string): number[] {
  return Array.from(svg.matchAll(/<rect [^>]*width="([\d.]+)"/g), ([, width]) => Number(width));
}

test('bars are as long as their values, with a mark and their labels', () => {
  const bars = [
    { label: 'a < b', value: 2 },
    { label: 'c', value: 0.5 },
  ];
  const svg = barChart({ title: 'T', bars, unit: 'x', mark: { label: 'the loop', value: 1 }, scale: 'linear' });
  const [long = 0, short = 0] = widths(svg);
  expect(long / short).toBeCloseTo(4, 5);
  expect(svg).toContain('a &lt; b');
  expect(svg).toContain('0.5 x');
  expect(svg).toContain('the loop');
});

test('on a logarithmic scale each step of ten is as long as the other', () => {
  const bars = [1, 10, 100].map((value) => ({ label: String(value), value }));
  const [one = 0, ten = 0, hundred = 0] = widths(barChart({ title: 'T', bars, unit: 'ms', scale: 'logarithmic' }));
  expect(one).toBeGreaterThan(0);
  expect(hundred - ten).toBeCloseTo(ten - one, 0);
});
