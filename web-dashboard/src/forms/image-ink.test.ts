import { expect, test } from 'vitest';
import { gridSide } from './digit-grid.ts';
import { fitted, inkOfPixels } from './image-ink.ts';

/** A bar of one grey on a paper of another. */
function picture(paper: number, bar: number, alpha = 255): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(gridSide * gridSide * 4);
  for (let index = 0; index < gridSide * gridSide; index += 1) {
    const [x, y] = [index % gridSide, Math.floor(index / gridSide)];
    const isBar = x >= 12 && x < 16 && y >= 4 && y < 24;
    rgba.set(isBar ? [bar, bar, bar, 255] : [paper, paper, paper, alpha], index * 4);
  }
  return rgba;
}

test.each([
  ['dark on light', picture(255, 0)],
  ['light on dark', picture(0, 255)],
  ['pale pencil on grey paper', picture(200, 120)],
  ['dark on nothing', picture(0, 0, 0)],
])('%s is ink on paper', (_what, rgba) => {
  const ink = inkOfPixels(rgba);
  expect(ink[10 * gridSide + 13]).toBeCloseTo(1, 5);
  expect(ink[0]).toBe(0);
  expect([...ink].filter((value) => value > 0)).toHaveLength(4 * 20);
});

test('a picture of one colour holds no ink', () => {
  expect(inkOfPixels(picture(90, 90)).every((ink) => ink === 0)).toBe(true);
});

test('a wide picture keeps its proportions, in the middle', () => {
  expect(fitted(56, 28)).toEqual({ x: 0, y: 7, width: 28, height: 14 });
});
