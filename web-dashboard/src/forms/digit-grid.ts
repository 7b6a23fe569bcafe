/** A grey-scale drawing as MNIST has it: 28 rows of 28 pixels, 0 (nothing) to 1 (full ink), row-major. */
export type DigitGrid = Float32Array;

export const gridSide = 28;

/** Radius of the pen, pixels: strokes come out as thick as in the training data. */
const penRadius = 1.25;

export interface GridPoint {
  /** Pixels from the left edge. */
  readonly x: number;
  /** Pixels from the top edge. */
  readonly y: number;
}

export function emptyGrid(): DigitGrid {
  return new Float32Array(gridSide * gridSide);
}

/** Draws a line with a soft-edged pen and answers the new grid. */
export function drawLine(grid: DigitGrid, from: GridPoint, to: GridPoint): DigitGrid {
  return grid.map((ink, index) => {
    const pixel = { x: (index % gridSide) + 0.5, y: Math.floor(index / gridSide) + 0.5 };
    const edge = penRadius + 0.5 - distanceToLine(pixel, from, to);
    return Math.max(ink, Math.min(1, Math.max(0, edge)));
  });
}

/** Draws a polyline on an empty grid. */
export function drawPath(points: readonly GridPoint[]): DigitGrid {
  let grid = emptyGrid();
  for (const [index, point] of points.entries()) grid = drawLine(grid, points[index - 1] ?? point, point);
  return grid;
}

function distanceToLine(point: GridPoint, from: GridPoint, to: GridPoint): number {
  const along = { x: to.x - from.x, y: to.y - from.y };
  const length2 = along.x ** 2 + along.y ** 2;
  const position = length2 === 0 ? 0 : ((point.x - from.x) * along.x + (point.y - from.y) * along.y) / length2;
  const nearest = Math.max(0, Math.min(1, position));
  return Math.hypot(point.x - from.x - nearest * along.x, point.y - from.y - nearest * along.y);
}

/**
 * Moves the drawing by whole pixels until its centre of mass is the middle: the digits of MNIST were prepared so, and a
 * model trained on them expects it. An empty grid stays empty.
 */
export function centred(grid: DigitGrid): DigitGrid {
  let mass = 0;
  let massX = 0;
  let massY = 0;
  for (const [index, ink] of grid.entries()) {
    mass += ink;
    massX += ink * ((index % gridSide) + 0.5);
    massY += ink * (Math.floor(index / gridSide) + 0.5);
  }
  if (mass === 0) return grid;
  const shiftX = Math.round(gridSide / 2 - massX / mass);
  const shiftY = Math.round(gridSide / 2 - massY / mass);
  return grid.map((_ink, index) => {
    const x = (index % gridSide) - shiftX;
    const y = Math.floor(index / gridSide) - shiftY;
    return x < 0 || y < 0 || x >= gridSide || y >= gridSide ? 0 : (grid[y * gridSide + x] ?? 0);
  });
}

/** The values as text, three digits after the point at most: what a pen stroke is worth. */
export function gridText(grid: DigitGrid): string {
  return Array.from(grid, (ink) => String(Number(ink.toFixed(3)))).join(', ');
}

/** The way back; null when the text does not hold exactly one drawing. */
export function gridFromText(text: string): DigitGrid | null {
  const values = text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map(Number);
  const fits = values.length === gridSide * gridSide && values.every((value) => value >= 0 && value <= 1);
  return fits ? Float32Array.from(values) : null;
}
