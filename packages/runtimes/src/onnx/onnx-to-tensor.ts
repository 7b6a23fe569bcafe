import type { OnnxValue } from 'onnxruntime-node';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { lengthPrefixBytes } from '@cluster-ai/core/tensors/bytes-elements.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';

/**
 * Reads an output of ONNX Runtime. Numbers are not copied.
 * @throws ClusterError MODEL_EXECUTION_FAILED when the output is no tensor.
 */
export function onnxToTensor(value: OnnxValue | undefined, { name, datatype }: TensorSignature): Tensor {
  if (value === undefined || !('dims' in value)) throw failed(name, 'is not a tensor');
  const content: unknown = value.data;
  if (datatype === 'BYTES') {
    if (!Array.isArray(content)) throw failed(name, 'holds no strings');
    return { name, datatype, shape: value.dims, data: bytesOf(content) };
  }
  if (!ArrayBuffer.isView(content)) throw failed(name, 'holds no numbers');
  return {
    name,
    datatype,
    shape: value.dims,
    data: new Uint8Array(content.buffer, content.byteOffset, content.byteLength),
  };
}

function bytesOf(texts: readonly unknown[]): Uint8Array {
  const strings = texts.map(String);
  const size = strings.reduce((sum, text) => sum + lengthPrefixBytes + Buffer.byteLength(text), 0);
  const bytes = Buffer.allocUnsafeSlow(size);
  let offset = 0;
  for (const text of strings) {
    const length = bytes.write(text, offset + lengthPrefixBytes, 'utf8');
    bytes.writeUInt32LE(length, offset);
    offset += lengthPrefixBytes + length;
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function failed(name: string, what: string): ClusterError {
  return new ClusterError('MODEL_EXECUTION_FAILED', `output '${name}' ${what}`);
}
