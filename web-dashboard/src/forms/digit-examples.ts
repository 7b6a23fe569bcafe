import { centred, drawPath, gridText, type GridPoint } from './digit-grid.ts';

/** Digits written by hand as one stroke each, pixels of a 28 by 28 grid. */
const strokes: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  '0': [
    [14, 5],
    [10, 7],
    [8, 12],
    [8, 17],
    [11, 22],
    [15, 22],
    [19, 18],
    [20, 12],
    [18, 7],
    [14, 5],
  ],
  '2': [
    [9, 9],
    [11, 6],
    [15, 5],
    [18, 7],
    [18, 11],
    [15, 15],
    [11, 19],
    [9, 22],
    [14, 22],
    [20, 22],
  ],
  '3': [
    [9, 6],
    [14, 5],
    [18, 7],
    [18, 11],
    [13, 13],
    [18, 15],
    [19, 19],
    [15, 22],
    [9, 21],
  ],
  '7': [
    [8, 6],
    [14, 6],
    [20, 6],
    [17, 12],
    [14, 18],
    [13, 23],
  ],
};

export const digitExamples: readonly { readonly label: string; readonly text: string }[] = Object.entries(strokes).map(
  ([digit, points]) => ({
    label: `A ${digit}`,
    text: gridText(centred(drawPath(points.map(([x, y]): GridPoint => ({ x, y }))))),
  }),
);
