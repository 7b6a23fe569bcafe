import type { BenchGateway } from './gateway.ts';
import { callGrpc } from './call-grpc.ts';
import { grpcRequest, protoMessages, wireRequest, type Scenario } from './scenarios.ts';

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
export async function checkedAnswers(
  gateway: Pick<BenchGateway, 'url' | 'grpcUrl'>,
  scenario: Scenario,
  truth: TrueOutputs,
): Promise<Buffer[]> {
  const bodies: Buffer[] = [];
  for (const index of scenario.rows.keys()) {
    const { bytes, found } = await (scenario.wire === 'gRPC'
      ? askOverGrpc(gateway.grpcUrl, scenario, index)
      : askOverHttp(gateway.url, scenario, index));
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

interface CheckedAnswer {
  readonly bytes: Buffer;
  readonly found: readonly number[];
}

async function askOverHttp(url: string, scenario: Scenario, index: number): Promise<CheckedAnswer> {
  const { path, headers, body } = wireRequest(scenario, index);
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: Uint8Array.from(body) });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200) {
    throw new Error(`request ${index} of ${scenario.model} was answered ${response.status}: ${bytes.toString()}`);
  }
  return { bytes, found: probabilitiesOf(bytes, response.headers.get('inference-header-content-length')) };
}

interface GrpcAnswer {
  readonly outputs: readonly { readonly name: string }[];
  readonly raw_output_contents: readonly Uint8Array[];
}

async function askOverGrpc(url: string, scenario: Scenario, index: number): Promise<CheckedAnswer> {
  const bytes = await callGrpc(url, grpcRequest(scenario, index));
  // The message of our own .proto; checked number by number by the caller.
  const answer = protoMessages.decode('ModelInferResponse', bytes) as unknown as GrpcAnswer;
  const place = answer.outputs.findIndex(({ name }) => name === 'probabilities');
  const raw = answer.raw_output_contents[place] ?? new Uint8Array();
  return { bytes, found: Array.from(new Float32Array(Uint8Array.from(raw).buffer)) };
}

/** What an answer in HTTP says, in JSON or in binary behind it. */
export function probabilitiesOf(body: Buffer, headerLength: string | null): number[] {
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
