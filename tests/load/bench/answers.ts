import { wireRequest, type Scenario } from './scenarios.ts';

interface AnsweredOutput {
  readonly name: string;
  readonly datatype: string;
  readonly data?: readonly number[];
  readonly parameters?: { readonly binary_data_size: number };
}

/** First output of the model, row by row, as ONNX Runtime gives it without a server. */
export type TrueOutputs = readonly (readonly number[])[];

/**
 * Sends every request of a scenario alone and compares the answers with what the model gives without a server, number
 * by number.
 * @returns the bodies, which each answer under load must equal.
 * @throws Error for the first answer that is wrong.
 */
export async function checkedAnswers(url: string, scenario: Scenario, truth: TrueOutputs): Promise<Buffer[]> {
  const bodies: Buffer[] = [];
  for (const index of scenario.rows.keys()) {
    const { path, headers, body } = wireRequest(scenario, index);
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: Uint8Array.from(body) });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.status !== 200) {
      throw new Error(`request ${index} of ${scenario.model} was answered ${response.status}: ${bytes.toString()}`);
    }
    const found = probabilities(bytes, response.headers.get('inference-header-content-length'));
    const expected = truth[index] ?? [];
    if (found.length !== expected.length || found.some((value, place) => value !== expected[place])) {
      throw new Error(
        `request ${index} of ${scenario.model} was answered ${found.join(' ')}; without a server it is ${expected.join(' ')}`,
      );
    }
    bodies.push(bytes);
  }
  return bodies;
}

function probabilities(body: Buffer, headerLength: string | null): number[] {
  const jsonBytes = headerLength === null ? body.byteLength : Number(headerLength);
  const document = JSON.parse(body.subarray(0, jsonBytes).toString()) as {
    readonly outputs: readonly AnsweredOutput[];
  }; // Checked number by number by the caller.
  let offset = jsonBytes;
  for (const { name, data, parameters } of document.outputs) {
    const size = parameters?.binary_data_size ?? 0;
    const bytes = body.subarray(offset, offset + size);
    offset += size;
    if (name !== 'probabilities') continue;
    return data === undefined ? Array.from(new Float32Array(Uint8Array.from(bytes).buffer)) : data.map(Math.fround);
  }
  throw new Error(`an answer without probabilities: ${body.subarray(0, jsonBytes).toString()}`);
}
