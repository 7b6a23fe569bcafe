import { accepted, refused, type Checked } from './checked.ts';

/** How many dimensions each request chooses. */
export function freeDimensions(signatureShape: readonly number[]): number {
  return signatureShape.filter((dimension) => dimension === -1).length;
}

/**
 * Finds the shape of a tensor. One free dimension follows from the number of values; with several the reader has to
 * say, in `shapeText`.
 */
export function inferShape(
  signatureShape: readonly number[],
  elements: number,
  shapeText: string,
): Checked<readonly number[]> {
  const free = freeDimensions(signatureShape);
  if (free > 1) return typedShape(signatureShape, elements, shapeText);
  const fixed = signatureShape.filter((dimension) => dimension !== -1).reduce((product, size) => product * size, 1);
  if (free === 0) {
    return elements === fixed ? accepted(signatureShape) : refused(`${count(fixed)} needed, ${elements} given.`);
  }
  if (elements === 0 || fixed === 0 || elements % fixed !== 0) {
    return refused(`A multiple of ${count(fixed)} needed, ${elements} given.`);
  }
  return accepted(signatureShape.map((dimension) => (dimension === -1 ? elements / fixed : dimension)));
}

function typedShape(
  signatureShape: readonly number[],
  elements: number,
  shapeText: string,
): Checked<readonly number[]> {
  const words = shapeText.split(/[\s,[\]]+/).filter((word) => word !== '');
  const shape = words.map(Number);
  const fits =
    words.every((word) => /^\d{1,9}$/.test(word)) &&
    shape.length === signatureShape.length &&
    shape.every((size, index) => signatureShape[index] === -1 || signatureShape[index] === size);
  if (!fits) {
    return refused(`The shape must have the form [${signatureShape.join(', ')}], with a size in place of each -1.`);
  }
  const needed = shape.reduce((product, size) => product * size, 1);
  if (needed !== elements) {
    return refused(`The shape [${shape.join(', ')}] needs ${count(needed)}, ${elements} given.`);
  }
  return accepted(shape);
}

function count(values: number): string {
  return values === 1 ? '1 value' : `${values} values`;
}
