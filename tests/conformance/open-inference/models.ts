import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { datatypes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel, type OnnxNode, type OnnxValue } from '@cluster-ai/protocols/onnx/write-model.ts';

type Shape = OnnxValue['shape'];

/**
 * The models that the suite calls, by name.
 *
 * `identity_<datatype>` gives its one input back, two dimensions of any size; `scalar` does so with a single number;
 * `simple` is Triton's example of that name: the sum and the difference of two rows of 16 integers.
 */
const models: Readonly<Record<string, Uint8Array>> = {
  ...Object.fromEntries(
    datatypes.map((datatype) => [`identity_${datatype.toLowerCase()}`, identity(datatype, ['rows', 'columns'])]),
  ),
  scalar: identity('FP32', []),
  simple: simple(),
};

export const modelNames = Object.keys(models);

/** Writes the models in the layout of a model repository, `<model>/1/model.onnx`, readable for other users. */
export async function writeModelRepository(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const [name, bytes] of Object.entries(models)) {
    await mkdir(join(folder, name, '1'), { recursive: true });
    await writeFile(join(folder, name, '1', 'model.onnx'), bytes);
  }
}

function identity(datatype: Datatype, shape: Shape): Uint8Array {
  const node = { opType: 'Identity', inputs: ['INPUT0'], outputs: ['OUTPUT0'] };
  return write([node], [value('INPUT0', datatype, shape)], [value('OUTPUT0', datatype, shape)]);
}

function simple(): Uint8Array {
  const inputs = ['INPUT0', 'INPUT1'];
  const row = (name: string) => value(name, 'INT32', ['rows', 16]);
  return write(
    [
      { opType: 'Add', inputs, outputs: ['OUTPUT0'] },
      { opType: 'Sub', inputs, outputs: ['OUTPUT1'] },
    ],
    inputs.map(row),
    ['OUTPUT0', 'OUTPUT1'].map(row),
  );
}

function value(name: string, datatype: Datatype, shape: Shape): OnnxValue {
  return { name, elementType: elementTypeOf[datatype], shape };
}

function write(nodes: OnnxNode[], inputs: OnnxValue[], outputs: OnnxValue[]): Uint8Array {
  return writeOnnxModel({
    producerName: 'conformance',
    opsets: [{ domain: '', version: 21 }],
    graphName: 'conformance',
    nodes,
    inputs,
    outputs,
  });
}
