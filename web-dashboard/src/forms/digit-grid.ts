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

/** Longest side of a digit in MNIST, pixels. */
const digitSide = 20;

/**
 * Prepares a drawing as the digits of MNIST were prepared: scaled until its longest side is 20 pixels, and moved until
 * its centre of mass is the middle. A model trained on them expects both. An empty grid stays empty.
 * Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
 */
export function prepared(grid: DigitGrid): DigitGrid {
  const extent = inkExtent(grid);
  if (extent === null) return grid;
  const scale = Math.max(extent.right - extent.left, extent.bottom - extent.top) / digitSide;
  const half = gridSide / 2;
  const centre = centreOfMass(grid);
  return grid.map((_ink, index) => {
    const x = centre.x + ((index % gridSide) + 0.5 - half) * scale;
    const y = centre.y + (Math.floor(index / gridSide) + 0.5 - half) * scale;
    return sample(grid, x - 0.5, y - 0.5);
  });
}

/** Ink fainter than this is no part of the digit's extent. */
const faintInk = 0.1;

function inkExtent(grid: DigitGrid): { left: number; right: number; top: number; bottom: number } | null {
  const inked = [...grid.entries()].filter(([, ink]) => ink > faintInk).map(([index]) => index);
  if (inked.length === 0) return null;
  const columns = inked.map((index) => index % gridSide);
  const rows = inked.map((index) => Math.floor(index / gridSide));
  return {
    left: Math.min(...columns),
    right: Math.max(...columns) + 1,
    top: Math.min(...rows),
    bottom: Math.max(...rows) + 1,
  };
}

function centreOfMass(grid: DigitGrid): GridPoint {
  let mass = 0;
  let x = 0;
  let y = 0;
  for (const [index, ink] of grid.entries()) {
    mass += ink;
    x += ink * ((index % gridSide) + 0.5);
    y += ink * (Math.floor(index / gridSide) + 0.5);
  }
  return { x: x / mass, y: y / mass };
}

/** Ink between pixels, bilinear; nothing outside. `x` and `y` count from the centre of the first pixel. */
function sample(grid: DigitGrid, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const [right, down] = [x - left, y - top];
  return (
    inkAt(grid, left, top) * (1 - right) * (1 - down) +
    inkAt(grid, left + 1, top) * right * (1 - down) +
    inkAt(grid, left, top + 1) * (1 - right) * down +
    inkAt(grid, left + 1, top + 1) * right * down
  );
}

function inkAt(grid: DigitGrid, x: number, y: number): number {
  return x < 0 || y < 0 || x >= gridSide || y >= gridSide ? 0 : (grid[y * gridSide + x] ?? 0);
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
