import { hasBatchDimension } from '@cluster-ai/core/inference/batch-dimension.ts';
import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { DecodedRequest, RequestTarget } from './decode-request.ts';
import { invalid } from './json-fields.ts';

/**
 * Reads a raw binary request: the whole body is the data of the model's only input, in one row where the model has a batch
 * dimension. All outputs come back in binary.
 * @throws ClusterError INVALID_ARGUMENT in Triton's words when the shape cannot be told from the model and the size.
 */
export function decodeRawRequest(body: Uint8Array, target: RequestTarget): DecodedRequest {
  const { modelName, modelVersion } = target;
  const signature = target.signature();
  const [input] = signature.inputs;
  if (input === undefined || signature.inputs.length > 1) {
    throw invalid(
      `Raw request must only have 1 input (found 1) to be deduced but got ${signature.inputs.length} inputs in '${modelName}' model configuration`,
    );
  }
  const inputs = [rawTensor(input, body, hasBatchDimension(signature))];
  return {
    request: { modelName, modelVersion, id: null, inputs, outputNames: [], parameters: {} },
    form: { outputs: [], binaryByDefault: true },
  };
}

function rawTensor({ name, datatype, shape }: TensorSignature, body: Uint8Array, batched: boolean): Tensor {
  const dims = batched ? shape.slice(1) : shape;
  const free = dims.filter((dimension) => dimension === -1).length;
  if (free > 1) {
    throw invalid(
      `The shape of the raw input '${name}' can not be deduced because there are more than one variable-sized dimension`,
    );
  }
  const fixed = dims.reduce((product, dimension) => (dimension === -1 ? product : product * dimension), 1);
  if (datatype === 'BYTES') {
    if (free > 0 || fixed !== 1) {
      throw invalid(`For BYTE datatype raw input '${name}', the model must have input shape [1]`);
    }
    return { name, datatype, shape: batched ? [1, ...dims] : dims, data: encodeBytesElements([body]) };
  }
  // Whatever is left over is told by the check of size against shape.
  const rest = fixed === 0 ? 0 : Math.floor(body.byteLength / elementBytes[datatype] / fixed);
  const filled = dims.map((dimension) => (dimension === -1 ? rest : dimension));
  return { name, datatype, shape: batched ? [1, ...filled] : filled, data: body };
}
