import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { SequenceControl } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';

/** What a request says of its sequence. */
export interface SequenceSignals {
  readonly id: bigint | string;
  readonly start: boolean;
  readonly end: boolean;
}

/** The input that tells the model one of the signals. One element, in as many dimensions as the model has. */
export function controlTensor(control: SequenceControl, { shape }: TensorSignature, signals: SequenceSignals): Tensor {
  const { input: name, datatype } = control;
  const data = control.kind === 'correlation-id' ? idBytes(control, signals.id) : flagBytes(control, signals);
  return { name, datatype, shape: shape.map(() => 1), data };
}

function flagBytes({ kind, datatype, no, yes }: SequenceControl, { start, end }: SequenceSignals): Uint8Array {
  // A request that is here is ready.
  const flag = kind === 'start' ? start : kind === 'end' ? end : true;
  const value = flag ? yes : no;
  if (datatype === 'BOOL') return Uint8Array.of(value === 0 ? 0 : 1);
  return new Uint8Array((datatype === 'FP32' ? Float32Array : Int32Array).of(value).buffer);
}

function idBytes({ input, datatype }: SequenceControl, id: bigint | string): Uint8Array {
  if (datatype === 'BYTES') return encodeBytesElements([new TextEncoder().encode(String(id))]);
  if (typeof id === 'string') {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `the model takes the id of a sequence as a number (${datatype} input '${input}'), not as a text`,
    );
  }
  const wide = new Uint8Array(BigUint64Array.of(BigInt.asUintN(64, id)).buffer);
  // The low-order bytes stand first.
  return datatype === 'UINT32' || datatype === 'INT32' ? wide.slice(0, 4) : wide;
}
