import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getModel } from '@cluster-ai/contract/api/models.ts';
import type { modelSignatureSchema } from '@cluster-ai/contract/manifest.ts';
import { shellWord } from '@cluster-ai/contract/shell-words.ts';
import type { z } from 'zod';

type Input = z.infer<typeof modelSignatureSchema>['inputs'][number];

/** A command that is to be read and pasted holds this many numbers at most. */
const elementsMax = 32;

/** A flower of the kind setosa: lengths and widths of sepal and petal in centimetres. */
const irisFlower = [5.1, 3.5, 1.4, 0.2];

/** Where a command for people sends its prediction. */
export interface PredictionTarget {
  readonly gatewayUrl: string;
  /** The key is in the command as the shell's `$KEY`. */
  readonly needsKey: boolean;
  /** What curl must be told to trust. */
  readonly caFile: string | undefined;
}

/**
 * A curl command that sends a prediction and works as pasted: for iris a real flower, for another small model zeros.
 * Null when none of the models has inputs that fit on a line.
 * @param models ids of what is served, `iris@3`.
 */
export async function predictionCommand(
  client: ClientOptions,
  models: readonly string[],
  { gatewayUrl, needsKey, caFile }: PredictionTarget,
): Promise<string | null> {
  const isIris = (id: string): number => Number(id.startsWith('iris@'));
  for (const id of models.toSorted((one, other) => isIris(other) - isIris(one))) {
    const name = id.slice(0, id.lastIndexOf('@'));
    const { versions } = await callEndpoint(client, getModel, { params: { name } });
    const served = versions.find(({ version }) => `${name}@${version}` === id);
    const body = served === undefined ? null : exampleBody(name, served.signature.inputs);
    if (body === null) continue;
    return [
      'curl -s',
      ...(caFile === undefined ? [] : [`--cacert ${shellWord(caFile)}`]),
      ...(needsKey ? ['-H "authorization: Bearer $KEY"'] : []),
      `${gatewayUrl}/v2/models/${encodeURIComponent(name)}/infer -d '${JSON.stringify(body)}'`,
    ].join(' ');
  }
  return null;
}

/** A request with one row; null when it would be long, or cannot be written as JSON. */
export function exampleBody(name: string, inputs: readonly Input[]): { inputs: unknown[] } | null {
  const tensors = inputs.map((input) => exampleTensor(name, input));
  return tensors.includes(null) ? null : { inputs: tensors };
}

function exampleTensor(name: string, { name: input, datatype, shape: declared }: Input): unknown {
  const shape = declared.map((size) => (size === -1 ? 1 : size));
  const count = shape.reduce((product, size) => product * size, 1);
  // FP16 has no JSON form in the protocol; an apostrophe would end the quoted body.
  if (count > elementsMax || datatype === 'FP16' || input.includes("'")) return null;
  const isIris = name === 'iris' && count === irisFlower.length;
  return {
    name: input,
    datatype,
    shape,
    data: isIris ? irisFlower : Array.from({ length: count }, () => exampleElement(datatype)),
  };
}

function exampleElement(datatype: Input['datatype']): unknown {
  if (datatype === 'BYTES') return 'hello';
  return datatype === 'BOOL' ? false : 0;
}
