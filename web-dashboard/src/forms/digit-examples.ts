import type { NameKey } from '../i18n/say.ts';
import { drawPath, gridText, prepared, type GridPoint } from './digit-grid.ts';

/** Digits written by hand as one stroke each: points `x,y` on the grid. */
const strokes = [
  { label: 'digit7', points: '8,6 14,6 20,6 17,12 14,18 13,23' },
  { label: 'digit3', points: '9,6 14,5 18,7 18,11 13,13 18,15 19,19 15,22 9,21' },
  { label: 'digit2', points: '9,9 11,6 15,5 18,7 18,11 15,15 11,19 9,22 14,22 20,22' },
  { label: 'digit0', points: '14,5 10,7 8,12 8,17 11,22 15,22 19,18 20,12 18,7 14,5' },
] as const;

export const digitExamples: readonly { readonly label: NameKey; readonly text: string }[] = strokes.map(
  ({ label, points }) => ({ label, text: gridText(prepared(drawPath(points.split(' ').map(pointOf)))) }),
);

function pointOf(text: string): GridPoint {
  const [x = 0, y = 0] = text.split(',').map(Number);
  return { x, y };
}
