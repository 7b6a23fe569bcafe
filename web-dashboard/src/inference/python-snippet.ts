import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { isBinary, type InferCall } from './infer-request.ts';
import type { TextTensor } from './text-tensor.ts';

const numpyType: Record<Datatype, string> = {
  BOOL: 'np.bool_',
  UINT8: 'np.uint8',
  UINT16: 'np.uint16',
  UINT32: 'np.uint32',
  UINT64: 'np.uint64',
  INT8: 'np.int8',
  INT16: 'np.int16',
  INT32: 'np.int32',
  INT64: 'np.int64',
  FP16: 'np.float16',
  FP32: 'np.float32',
  FP64: 'np.float64',
  BYTES: 'np.object_',
};

const pythonWords = new Map([
  ['true', 'True'],
  ['false', 'False'],
  ['NaN', 'np.nan'],
  ['Infinity', 'np.inf'],
  ['-Infinity', '-np.inf'],
]);

/** The call with Triton's own Python client, which needs nothing of ours. */
export function pythonSnippet(call: InferCall): string {
  const arrays = call.inputs.map((tensor) => `    ${JSON.stringify(tensor.name)}: ${numpyArray(tensor)},`);
  const types = call.inputs.map((tensor) => `${JSON.stringify(tensor.name)}: "${tensor.datatype}"`);
  const binary = [...call.inputs, ...call.outputs].filter((tensor) => isBinary(call, tensor)).map(({ name }) => name);
  return `# pip install "tritonclient[http]"
import numpy as np
import tritonclient.http as triton

client = triton.InferenceServerClient(${JSON.stringify(call.gatewayUrl.replace(/^https?:\/\//, ''))})
arrays = {
${arrays.join('\n')}
}
datatypes = {${types.join(', ')}}
binary = ${JSON.stringify([...new Set(binary)])}
inputs = []
for name, array in arrays.items():
    tensor = triton.InferInput(name, list(array.shape), datatypes[name])
    tensor.set_data_from_numpy(array, binary_data=name in binary)
    inputs.append(tensor)

names = ${JSON.stringify(call.outputs.map((output) => output.name))}
outputs = [triton.InferRequestedOutput(name, binary_data=name in binary) for name in names]
answer = client.infer(${JSON.stringify(call.model)}, inputs, outputs=outputs)
for name in names:
    print(name, answer.as_numpy(name))`;
}

function numpyArray(tensor: TextTensor): string {
  // JSON's string escapes are a subset of Python's.
  const elements = tensor.elements.map((element) =>
    tensor.datatype === 'BYTES' ? JSON.stringify(element) : (pythonWords.get(element) ?? element),
  );
  return `np.array([${elements.join(', ')}], dtype=${numpyType[tensor.datatype]}).reshape([${tensor.shape.join(', ')}])`;
}
