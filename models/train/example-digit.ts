import { writeFile } from 'node:fs/promises';
import { imageSide, mnistData } from './mnist-data.ts';

/** Where the clients of `examples/` find it. */
export const exampleDigitFile = new URL('../../examples/data/digit.pgm', import.meta.url);

const DIGIT = 7;

/**
 * The second 7, a clear one, among the digits that the model has never seen, as a portable graymap in its text form
 * (P2): image viewers open it, and a script of two lines reads it.
 */
export async function exampleDigit(): Promise<string> {
  const { heldOut } = await mnistData();
  const row = heldOut.labels.indexOf(DIGIT, heldOut.labels.indexOf(DIGIT) + 1);
  const pixels = heldOut.features.subarray(row * heldOut.width, (row + 1) * heldOut.width);
  const greys = Array.from(pixels, (pixel) => String(Math.round(255 * pixel)).padStart(3));
  const lines = Array.from({ length: imageSide }, (_, line) =>
    greys.slice(line * imageSide, (line + 1) * imageSide).join(' '),
  );
  return `P2\n${imageSide} ${imageSide}\n255\n${lines.join('\n')}\n`;
}

if (import.meta.main) await writeFile(exampleDigitFile, await exampleDigit());
