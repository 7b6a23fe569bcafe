import { emptyGrid, gridSide, type DigitGrid } from './digit-grid.ts';

/** Differences from the paper below this share of the darkest are the paper's own grain. */
const grain = 0.15;

/**
 * A picture of 28 by 28 pixels as ink on paper. The edge is taken for the paper: what differs from it is ink, whether dark
 * on light or light on dark, and the strongest difference is full ink.
 * @param rgba four bytes a pixel, row-major; where it is transparent, there is white paper
 */
export function inkOfPixels(rgba: Uint8ClampedArray): DigitGrid {
  const light = emptyGrid().map((_ink, index) => lightAt(rgba, index * 4));
  const paper = median([...light].filter((_value, index) => isEdge(index)));
  const darkest = light.reduce((most, value) => Math.max(most, paper - value), 0);
  const lightest = light.reduce((most, value) => Math.max(most, value - paper), 0);
  const range = Math.max(darkest, lightest);
  // A picture of one colour holds nothing.
  if (range < 0.02) return emptyGrid();
  const sign = darkest >= lightest ? 1 : -1;
  return light.map((value) => {
    const ink = (sign * (paper - value)) / range;
    return ink < grain ? 0 : Math.min(1, ink);
  });
}

/** Brightness as the eye sees it, 0 to 1. Source: ITU-R BT.601. */
function lightAt(rgba: Uint8ClampedArray, at: number): number {
  const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(at, at + 4);
  const cover = alpha / 255;
  return (cover * (0.299 * red + 0.587 * green + 0.114 * blue)) / 255 + (1 - cover);
}

function isEdge(index: number): boolean {
  const [x, y] = [index % gridSide, Math.floor(index / gridSide)];
  return x === 0 || y === 0 || x === gridSide - 1 || y === gridSide - 1;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Where a picture is drawn on the grid: as large as it fits, in the middle. */
export function fitted(width: number, height: number): { x: number; y: number; width: number; height: number } {
  const scale = gridSide / Math.max(width, height);
  const size = { width: width * scale, height: height * scale };
  return { x: (gridSide - size.width) / 2, y: (gridSide - size.height) / 2, ...size };
}
