import { modelSignatureSchema } from '@cluster-ai/contract/manifest.ts';
import { z } from 'zod';

type Input = z.infer<typeof modelSignatureSchema>['inputs'][number];

const metadataSchema = z.object({ inputs: modelSignatureSchema.shape.inputs });
const timeoutMs = 5_000;
/** A command that is to be read and pasted holds this many numbers at most. */
const elementsMax = 32;

/** A flower of the kind setosa: lengths and widths of sepal and petal in centimetres. */
const irisFlower = [5.1, 3.5, 1.4, 0.2];

/**
 * A curl command that sends a prediction and works as pasted: for iris a real flower, for another small model zeros.
 * Null when none of the models has inputs that fit on a line.
 */
export async function predictionCommand(gatewayUrl: string, models: readonly string[]): Promise<string | null> {
  for (const name of [...models].toSorted((one, other) => Number(other === 'iris') - Number(one === 'iris'))) {
    const inputs = await readInputs(gatewayUrl, name);
    const body = inputs === null ? null : exampleBody(name, inputs);
    if (body !== null) {
      return `curl -s ${gatewayUrl}/v2/models/${encodeURIComponent(name)}/infer -d '${JSON.stringify(body)}'`;
    }
  }
  return null;
}

async function readInputs(gatewayUrl: string, name: string): Promise<readonly Input[] | null> {
  const response = await fetch(`${gatewayUrl}/v2/models/${encodeURIComponent(name)}`, {
    signal: AbortSignal.timeout(timeoutMs),
  });
  const parsed = metadataSchema.safeParse(await response.json());
  return response.ok && parsed.success ? parsed.data.inputs : null;
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
