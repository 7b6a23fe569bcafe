import { decodeInferAnswer } from '@cluster-ai/web-dashboard/inference/infer-response.ts';
import type { FuzzTarget } from '../engine/target.ts';

/** An answer of a gateway, read by the playground. */
export const target: FuzzTarget = {
  about:
    'answers of a gateway in the playground, which models of strangers fill: read in time, or refused as no answer',
  form: 'json',
  seeds: () => [
    '{"model_name":"m","model_version":"1","outputs":[{"name":"y","datatype":"INT64","shape":[2],"data":[9007199254740993,NaN]}]}',
    '{"model_name":"m","outputs":[{"name":"y","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":6}}]}\u0002\0\0\0hi',
  ],
  words: ['toString', 'valueOf', '__proto__', 'binary_data_size', '-Infinity'],
  run: (input) => {
    const text = Buffer.from(input).toString('latin1');
    const end = text.lastIndexOf('}') + 1;
    for (const headerLength of [null, String(end)]) {
      try {
        decodeInferAnswer(input, headerLength);
      } catch (error) {
        // The page shows its message; one of the engine itself (a stack that is too deep, too) says that we are wrong.
        if (error instanceof TypeError || error instanceof RangeError) throw error;
      }
    }
  },
};
