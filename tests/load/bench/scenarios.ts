import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtoMessages } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { repository } from '../../start-platform.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';

/** One model under load: its inputs, and how they are sent. */
export interface Scenario {
  readonly model: 'iris' | 'mnist' | 'picture';
  readonly wire: 'JSON' | 'binary tensors' | 'gRPC';
  readonly inputName: string;
  /** Of one row, without the batch. */
  readonly shape: readonly number[];
  /** How many clients ask at once, one measurement each. */
  readonly clientCounts: readonly number[];
  /** One row each. */
  readonly rows: readonly Float32Array[];
}

export interface WireRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Different rows, so that an answer to somebody else's request shows as a wrong one. */
const rowsPerScenario = 50;
/** A picture in JSON has more than a megabyte. */
const picturesPerScenario = 3;
const picture = [3, 224, 224];
const manyClients = [1, 32, 128];
const random = seededRandom(1936);

export const scenarios: readonly Scenario[] = [
  {
    model: 'iris',
    wire: 'JSON',
    inputName: 'input',
    shape: [4],
    clientCounts: manyClients,
    // Lengths of a flower: one decimal, as people measure.
    rows: rowsOf([4], rowsPerScenario, () => Math.round((0.1 + 7.8 * random()) * 10) / 10),
  },
  ...(['binary tensors', 'gRPC'] as const).map((wire) => ({
    model: 'mnist' as const,
    wire,
    inputName: 'image',
    shape: [784],
    clientCounts: manyClients,
    // Most pixels of a digit are black.
    rows: rowsOf([784], rowsPerScenario, () => (random() < 0.8 ? 0 : Math.round(255 * random()) / 255)),
  })),
  ...(['JSON', 'binary tensors'] as const).map((wire) => ({
    model: 'picture' as const,
    wire,
    inputName: 'image',
    shape: picture,
    clientCounts: [1, 8],
    rows: rowsOf(picture, picturesPerScenario, () => Math.round(255 * random()) / 255),
  })),
];

function rowsOf(shape: readonly number[], count: number, valueOf: () => number): Float32Array[] {
  const length = shape.reduce((product, dimension) => product * dimension, 1);
  return Array.from({ length: count }, () => Float32Array.from({ length }, valueOf));
}

/** Names the files of a scenario. */
export function fileStem({ model, wire }: Scenario): string {
  return `${model}-${wire.replaceAll(' ', '-')}`;
}

/** The request for one row; its id comes back in the answer. */
export function wireRequest(scenario: Scenario, index: number): WireRequest {
  const { model, inputName, shape, rows } = scenario;
  const row = rows[index] ?? new Float32Array();
  const path = `/v2/models/${model}/infer`;
  const input = { name: inputName, shape: [1, ...shape], datatype: 'FP32' };
  if (scenario.wire === 'JSON') {
    // Written as a person would: 5.1, not the nearest 32-bit number's many digits.
    const data = Array.from(row, (value) => Number(value.toPrecision(7)));
    const body = Buffer.from(JSON.stringify({ id: String(index), inputs: [{ ...input, data }] }));
    return { path, headers: { 'Content-Type': 'application/json' }, body };
  }
  const header = Buffer.from(
    JSON.stringify({
      id: String(index),
      inputs: [{ ...input, parameters: { binary_data_size: row.byteLength } }],
      parameters: { binary_data_output: true },
    }),
  );
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Inference-Header-Content-Length': String(header.byteLength),
  };
  return { path, headers, body: Buffer.concat([header, Buffer.from(row.buffer)]) };
}

export const protoMessages = new ProtoMessages(
  ['model_config.proto', 'grpc_service.proto'].map((name) =>
    readFileSync(join(repository, 'packages/protocols/src/grpc/protos', name), 'utf8'),
  ),
);

/** The message of ModelInfer for one row; its id comes back in the answer. */
export function grpcRequest({ model, inputName, shape, rows }: Scenario, index: number): Uint8Array {
  const row = rows[index] ?? new Float32Array();
  return protoMessages.encode('ModelInferRequest', {
    model_name: model,
    id: String(index),
    inputs: [{ name: inputName, datatype: 'FP32', shape: [1, ...shape] }],
    raw_input_contents: [new Uint8Array(row.buffer)],
  });
}
