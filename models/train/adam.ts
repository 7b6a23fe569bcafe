/** Decay of the means of the gradient and of its square, and the term that keeps the quotient finite. */
const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const EPSILON = 1e-8;

/** A matrix of parameters with its gradient, which callers add up and `step` uses and clears. */
export interface Learnable {
  /** All parameters, row-major. */
  readonly values: Float32Array;
  /** Views on the rows of the parameters, and of the gradient. */
  readonly rows: readonly Float32Array[];
  readonly slopes: readonly Float32Array[];
  /** One step against the gradient, at the given learning rate. */
  step(rate: number): void;
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1, with the authors' constants).
 * @param width length of a row.
 */
export function learnable(values: Float32Array, width: number): Learnable {
  const gradient = new Float32Array(values.length);
  const means = new Float32Array(values.length);
  const squares = new Float32Array(values.length);
  let steps = 0;
  return {
    values,
    rows: rowsOf(values, width),
    slopes: rowsOf(gradient, width),
    step(rate) {
      steps += 1;
      const corrected = (rate * Math.sqrt(1 - SQUARE_DECAY ** steps)) / (1 - MEAN_DECAY ** steps);
      for (let index = 0; index < values.length; index += 1) {
        const slope = gradient[index] ?? 0;
        const mean = MEAN_DECAY * (means[index] ?? 0) + (1 - MEAN_DECAY) * slope;
        const square = SQUARE_DECAY * (squares[index] ?? 0) + (1 - SQUARE_DECAY) * slope * slope;
        means[index] = mean;
        squares[index] = square;
        values[index] = (values[index] ?? 0) - (corrected * mean) / (Math.sqrt(square) + EPSILON);
      }
      gradient.fill(0);
    },
  };
}

function rowsOf(values: Float32Array, width: number): Float32Array[] {
  const count = values.length / width;
  return Array.from({ length: count }, (_, row) => values.subarray(row * width, (row + 1) * width));
}
