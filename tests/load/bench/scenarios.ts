import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtoMessages } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { repository } from '../../start-platform.ts';
import type { BenchModel } from './bench-models.ts';

export type Wire = 'JSON' | 'binary' | 'gRPC';

/** One model under load: its inputs, and how they are sent. */
export interface Scenario {
  readonly model: BenchModel;
  readonly wire: Wire;
  readonly inputName: string;
  /** Of one row, without the batch. */
  readonly shape: readonly number[];
  /** One row each. */
  readonly rows: readonly Float32Array[];
}

/** The key that every request shows: the gateway asks for one, and looks it up each time. */
export const benchKey = 'cai_bench';
const authorization = `Bearer ${benchKey}`;

/** Header fields of a gRPC call. */
export const grpcFields: readonly (readonly [name: string, value: string])[] = [
  ['content-type', 'application/grpc'],
  ['te', 'trailers'],
  ['authorization', authorization],
];

export interface WireRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The inputs of a model. */
interface Inputs {
  readonly inputName: string;
  readonly shape: readonly number[];
  /** Different rows, so that an answer to somebody else's request shows as a wrong one. */
  readonly count: number;
  readonly valueOf: (random: () => number) => number;
}

const convolution: Inputs = {
  inputName: 'image',
  shape: [3, 64, 64],
  count: 16,
  valueOf: (random) => Math.round(255 * random()) / 255,
};

const inputsOf: Readonly<Record<BenchModel, Inputs>> = {
  // Lengths of a flower: one decimal, as people measure.
  iris: {
    inputName: 'input',
    shape: [4],
    count: 50,
    valueOf: (random) => Math.round((0.1 + 7.8 * random()) * 10) / 10,
  },
  mnist: {
    inputName: 'image',
    shape: [784],
    count: 50,
    // Most pixels of a digit are black.
    valueOf: (random) => (random() < 0.8 ? 0 : Math.round(255 * random()) / 255),
  },
  convolution,
  'convolution-two': convolution,
  matrix: { inputName: 'vector', shape: [1_024], count: 16, valueOf: (random) => Math.fround(2 * random() - 1) },
  // A picture in JSON has more than a megabyte.
  picture: { ...convolution, shape: [3, 224, 224], count: 3 },
};

export function scenarioOf(model: BenchModel, wire: Wire): Scenario {
  const { inputName, shape, count, valueOf } = inputsOf[model];
  const random = seededRandom(1936);
  const length = shape.reduce((product, dimension) => product * dimension, 1);
  const rows = Array.from({ length: count }, () => Float32Array.from({ length }, () => valueOf(random)));
  return { model, wire, inputName, shape, rows };
}

/** Names the files of a scenario. */
export function fileStem({ model, wire }: Scenario): string {
  return `${model}-${wire}`;
}

/** The fewest digits that are the same 32-bit number, as a person would write it: 5.1, not 5.099999904632568. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

/** The request for one row; its id comes back in the answer. */
export function wireRequest(scenario: Scenario, index: number): WireRequest {
  const { model, inputName, shape, rows } = scenario;
  const row = rows[index] ?? new Float32Array();
  const path = `/v2/models/${model}/infer`;
  const input = { name: inputName, shape: [1, ...shape], datatype: 'FP32' };
  if (scenario.wire === 'JSON') {
    const data = Array.from(row, shortest);
    const body = Buffer.from(JSON.stringify({ id: String(index), inputs: [{ ...input, data }] }));
    return { path, headers: { Authorization: authorization, 'Content-Type': 'application/json' }, body };
  }
  const header = Buffer.from(
    JSON.stringify({
      id: String(index),
      inputs: [{ ...input, parameters: { binary_data_size: row.byteLength } }],
      parameters: { binary_data_output: true },
    }),
  );
  const headers = {
    Authorization: authorization,
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
