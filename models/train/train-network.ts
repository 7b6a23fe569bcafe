import type { Random } from '@cluster-ai/core/ports/random.ts';
import { DenseLayer } from './dense-layer.ts';
import { shuffled } from './samples.ts';
import type { Samples } from './samples.ts';
import { softmax } from './vector.ts';

export interface TrainingOptions {
  /** Width of the input, of each hidden layer, and number of classes. */
  readonly sizes: readonly number[];
  readonly epochs: number;
  readonly batchRows: number;
  /** Step of the first epoch; it falls to zero along half a cosine. */
  readonly learningRate: number;
  readonly random: Random;
  /** Changes a row before it is learnt from, to show the network more than the data has. */
  readonly augment?: (row: Float32Array) => Float32Array;
}

/**
 * Trains a classifier: fully connected layers with ReLU between, softmax with cross-entropy at the end, Adam on
 * minibatches. Prints the mean loss of each tenth of the way. The same samples, options and seed give the same weights.
 */
export function trainNetwork(samples: Samples, options: TrainingOptions): DenseLayer[] {
  const { sizes, epochs, batchRows, random } = options;
  const layers = sizes
    .slice(1)
    .map((outputs, index) => new DenseLayer(sizes[index] ?? 0, outputs, index < sizes.length - 2, random));
  const rows = Array.from({ length: samples.count }, (_, row) => row);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    const rate = (options.learningRate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
    const order = shuffled(rows, random);
    let loss = 0;
    for (let start = 0; start < order.length; start += batchRows) {
      const batch = order.slice(start, start + batchRows);
      for (const row of batch) loss += learnRow(layers, samples, row, 1 / batch.length, options.augment);
      for (const layer of layers) layer.step(rate);
    }
    if ((epoch + 1) % Math.ceil(epochs / 10) === 0) {
      console.log(`epoch ${epoch + 1} of ${epochs}: mean loss ${(loss / order.length).toFixed(4)}`);
    }
  }
  return layers;
}

/** Adds the gradient of one row, weighted, to the layers. Returns its cross-entropy. */
function learnRow(
  layers: readonly DenseLayer[],
  samples: Samples,
  row: number,
  weight: number,
  augment: TrainingOptions['augment'],
): number {
  const stored = samples.features.subarray(row * samples.width, (row + 1) * samples.width);
  let activation = augment === undefined ? stored : augment(stored);
  for (const layer of layers) activation = layer.forward(activation);
  const slope = Float32Array.from(activation);
  softmax(slope);
  const label = samples.labels[row] ?? 0;
  const loss = -Math.log(Math.max(slope[label] ?? 0, 1e-12));
  // The slope of cross-entropy behind softmax is the difference to the truth.
  slope[label] = (slope[label] ?? 0) - 1;
  let back: Float32Array = slope.map((value) => value * weight);
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    layers[index]?.learn(back);
    // Nothing lies before the first layer, and its input is the widest.
    if (index > 0) back = layers[index]?.inputSlope(back) ?? back;
  }
  return loss;
}
