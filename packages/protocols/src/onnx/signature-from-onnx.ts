import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { datatypes, elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import { frameBytesMax } from '../runner-frames/frame.ts';
import { datatypeOf } from './element-types.ts';
import type { OnnxModelHeader } from './read-model.ts';
import type { OnnxValueInfo } from './read-value-info.ts';

/** What one tensor may need when its dynamic dimensions are 1, bytes: what a runner is sent at once. */
const tensorBytesMax = frameBytesMax;

/**
 * What a model takes and gives, by its header. Dynamic dimensions become -1.
 * Throws `MODEL_INVALID`, naming the tensor, for an element type that is not served and for a tensor without a shape.
 */
export function signatureFromOnnx(header: Pick<OnnxModelHeader, 'inputs' | 'outputs'>): ModelSignature {
  return { inputs: header.inputs.map(tensorSignature), outputs: header.outputs.map(tensorSignature) };
}

function tensorSignature(value: OnnxValueInfo): TensorSignature {
  if (value.elementType === 0) {
    throw new ClusterError(
      'MODEL_INVALID',
      `'${value.name}' is not a tensor (its type is ${value.elementTypeName}); only tensors are served`,
    );
  }
  const datatype = datatypeOf(value.elementType);
  if (datatype === null) {
    throw new ClusterError(
      'MODEL_INVALID',
      `tensor '${value.name}' has element type ${value.elementTypeName}, which is not served; served are ${datatypes.join(', ')}`,
    );
  }
  if (value.shape === null) {
    throw new ClusterError(
      'MODEL_INVALID',
      `tensor '${value.name}' has no shape in the file; give it one (onnx.shape_inference adds missing shapes)`,
    );
  }
  const bytes = value.shape.reduce<number>(
    (product, dim) => product * (typeof dim === 'number' ? dim : 1),
    Math.max(1, elementBytes[datatype]),
  );
  if (bytes > tensorBytesMax) {
    throw new ClusterError(
      'MODEL_INVALID',
      `tensor '${value.name}' of ${value.elementTypeName} [${value.shape.join(',')}] needs ${bytes} bytes; a request or an answer has ${tensorBytesMax} at most`,
    );
  }
  return { name: value.name, datatype, shape: value.shape.map((dim) => (typeof dim === 'number' ? dim : -1)) };
}
