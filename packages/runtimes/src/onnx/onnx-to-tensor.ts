import type { OnnxValue } from 'onnxruntime-node';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';

const encoder = new TextEncoder();

/**
 * Reads an output of ONNX Runtime. Numbers are not copied.
 * @throws ClusterError MODEL_EXECUTION_FAILED when the output is no tensor.
 */
export function onnxToTensor(value: OnnxValue | undefined, { name, datatype }: TensorSignature): Tensor {
  if (value === undefined || !('dims' in value)) throw failed(name, 'is not a tensor');
  const content: unknown = value.data;
  if (datatype === 'BYTES') {
    if (!Array.isArray(content)) throw failed(name, 'holds no strings');
    return {
      name,
      datatype,
      shape: value.dims,
      data: encodeBytesElements(content.map((text) => encoder.encode(String(text)))),
    };
  }
  if (!ArrayBuffer.isView(content)) throw failed(name, 'holds no numbers');
  return {
    name,
    datatype,
    shape: value.dims,
    data: new Uint8Array(content.buffer, content.byteOffset, content.byteLength),
  };
}

function failed(name: string, what: string): ClusterError {
  return new ClusterError('MODEL_EXECUTION_FAILED', `output '${name}' ${what}`);
}
