import { seededRandom } from '@cluster-ai/core/ports/random.ts';

/** One model under load: its inputs, and how they are sent. */
export interface Scenario {
  readonly model: 'iris' | 'mnist';
  readonly wire: 'JSON' | 'binary tensors';
  readonly inputName: string;
  readonly columns: number;
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
const random = seededRandom(1936);

export const scenarios: readonly Scenario[] = [
  {
    model: 'iris',
    wire: 'JSON',
    inputName: 'input',
    columns: 4,
    // Lengths of a flower: one decimal, as people measure.
    rows: rowsOf(4, () => Math.round((0.1 + 7.8 * random()) * 10) / 10),
  },
  {
    model: 'mnist',
    wire: 'binary tensors',
    inputName: 'image',
    columns: 784,
    // Most pixels of a digit are black.
    rows: rowsOf(784, () => (random() < 0.8 ? 0 : Math.round(255 * random()) / 255)),
  },
];

function rowsOf(columns: number, valueOf: () => number): Float32Array[] {
  return Array.from({ length: rowsPerScenario }, () => Float32Array.from({ length: columns }, valueOf));
}

/** The request for one row; its id comes back in the answer. */
export function wireRequest(scenario: Scenario, index: number): WireRequest {
  const { model, inputName, columns, rows } = scenario;
  const row = rows[index] ?? new Float32Array(columns);
  const path = `/v2/models/${model}/infer`;
  const input = { name: inputName, shape: [1, columns], datatype: 'FP32' };
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
