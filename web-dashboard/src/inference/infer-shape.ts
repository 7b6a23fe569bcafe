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
    return elements === fixed
      ? accepted(signatureShape)
      : refused((t) => t('needed', { count: fixed, given: elements }));
  }
  if (elements === 0 || fixed === 0 || elements % fixed !== 0) {
    return refused((t) => t('multipleNeeded', { count: fixed, given: elements }));
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
    return refused((t) => t('shapeForm', { shape: `[${signatureShape.join(', ')}]` }));
  }
  const needed = shape.reduce((product, size) => product * size, 1);
  if (needed !== elements) {
    return refused((t) => t('shapeNeeds', { shape: `[${shape.join(', ')}]`, count: needed, given: elements }));
  }
  return accepted(shape);
}
