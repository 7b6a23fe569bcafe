import { describe, expect, test } from 'vitest';
import { drawPath, emptyGrid, gridFromText, gridSide, gridText, prepared, type DigitGrid } from './digit-grid.ts';

function extent(grid: DigitGrid): { width: number; height: number } {
  const inked = [...grid.entries()].filter(([, ink]) => ink > 0.1).map(([index]) => index);
  const columns = inked.map((index) => index % gridSide);
  const rows = inked.map((index) => Math.floor(index / gridSide));
  return { width: Math.max(...columns) - Math.min(...columns) + 1, height: Math.max(...rows) - Math.min(...rows) + 1 };
}

function centre(grid: DigitGrid): { x: number; y: number } {
  const mass = grid.reduce((sum, ink) => sum + ink, 0);
  const weighted = (position: (index: number) => number) =>
    [...grid.entries()].reduce((sum, [index, ink]) => sum + ink * (position(index) + 0.5), 0) / mass;
  return { x: weighted((index) => index % gridSide), y: weighted((index) => Math.floor(index / gridSide)) };
}

const smallInACorner = drawPath([
  { x: 3, y: 3 },
  { x: 3, y: 12 },
]);

describe('prepared', () => {
  test('scales the longest side to 20 pixels and puts the mass in the middle', () => {
    const grid = prepared(smallInACorner);
    expect(Math.abs(extent(grid).height - 20)).toBeLessThanOrEqual(2);
    expect(centre(grid).x).toBeCloseTo(14, 0);
    expect(centre(grid).y).toBeCloseTo(14, 0);
  });

  test('a prepared drawing hardly changes when it is prepared again', () => {
    const once = prepared(smallInACorner);
    const twice = prepared(once);
    expect(Math.abs(extent(twice).height - extent(once).height)).toBeLessThanOrEqual(2);
  });

  test('nothing drawn stays nothing', () => {
    expect(prepared(emptyGrid())).toEqual(emptyGrid());
  });
});

test('a drawing survives the trip through text', () => {
  const grid = prepared(smallInACorner);
  const back = gridFromText(gridText(grid));
  expect(back).not.toBeNull();
  for (const [index, ink] of grid.entries()) expect(back?.[index]).toBeCloseTo(ink, 2);
});

test('text that is no drawing is not shown as one', () => {
  expect(gridFromText('1, 2, 3')).toBeNull();
  expect(gridFromText(Array.from({ length: 784 }, () => '7').join(' '))).toBeNull();
});
