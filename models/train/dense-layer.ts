import type { Random } from '@cluster-ai/core/ports/random.ts';
import { learnable } from './adam.ts';
import type { Learnable } from './adam.ts';
import { addScaled, dot, normal } from './vector.ts';

/** One fully connected layer that learns. */
export class DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** One row an input, one column an output: the layout of Gemm of ONNX. */
  readonly weights: Learnable;
  /** One row. */
  readonly biases: Learnable;
  /** What the layer last read and gave; the way back needs both. */
  private input: Float32Array = new Float32Array();
  private readonly output: Float32Array;
  private readonly rectified: boolean;

  /**
   * Weights begin as He et al. 2015 (equation 10) have them: normal, with variance 2 / inputs.
   * @param rectified whether ReLU follows.
   */
  constructor(inputs: number, outputs: number, rectified: boolean, random: Random) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.rectified = rectified;
    this.output = new Float32Array(outputs);
    const deviation = Math.sqrt(2 / inputs);
    const weights = Float32Array.from({ length: inputs * outputs }, () => deviation * normal(random));
    this.weights = learnable(weights, outputs);
    this.biases = learnable(new Float32Array(outputs), outputs);
  }

  forward(input: Float32Array): Float32Array {
    const { output } = this;
    this.input = input;
    output.set(this.biases.values);
    this.weights.rows.forEach((row, index) => {
      const value = input[index] ?? 0;
      // Images are mostly black: passing over zeros is most of the speed.
      if (value !== 0) addScaled(output, row, value);
    });
    if (this.rectified) {
      output.forEach((value, index) => {
        output[index] = Math.max(0, value);
      });
    }
    return output;
  }

  /**
   * Adds this row's part to the gradients. `slope` is that of the loss by this layer's output;
   * where ReLU cut the output off, it becomes zero.
   */
  learn(slope: Float32Array): void {
    if (this.rectified) {
      this.output.forEach((value, index) => {
        if (value === 0) slope[index] = 0;
      });
    }
    for (const biasSlopes of this.biases.slopes) addScaled(biasSlopes, slope, 1);
    this.weights.slopes.forEach((weightSlopes, index) => {
      const value = this.input[index] ?? 0;
      if (value !== 0) addScaled(weightSlopes, slope, value);
    });
  }

  /** The slope of the loss by the layer's input, after `learn`. */
  inputSlope(slope: Float32Array): Float32Array {
    return Float32Array.from(this.weights.rows, (row) => dot(row, slope));
  }

  step(rate: number): void {
    this.weights.step(rate);
    this.biases.step(rate);
  }
}
