import { parseArgs } from 'node:util';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { decodeRequest } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { encodeResponse } from '@cluster-ai/protocols/open-inference/encode-response.ts';
import { usualJson } from '@cluster-ai/protocols/open-inference/json-document.ts';

/**
 * What numbers in JSON cost beside JSON.parse and JSON.stringify of the same: processor time of all threads of this process,
 * garbage collection included, medians of interleaved rounds. Every way must give the same bytes.
 *
 *     make bench-json [ARGS="--rounds 9 --milliseconds 40"]
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, milliseconds: { type: 'string', default: '40' } },
});
const rounds = Number(values.rounds);
const turnMs = Number(values.milliseconds);

/** One thing to do in several ways; the first is what the others are compared with. */
interface Task {
  readonly name: string;
  readonly bytes: number;
  readonly ways: Readonly<Record<string, () => unknown>>;
}

const shape = [1, 3, 224, 224];
const count = shape.reduce((product, dimension) => product * dimension);
const floats = Float32Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898) * 1.7);
const list = (print: (value: number, index: number) => unknown) => Array.from(floats, print).map(String);

function nested(texts: readonly string[]): string {
  let level = texts;
  for (const length of shape.toReversed()) {
    const lists = Array.from({ length: level.length / length }, (_, index) => index * length);
    level = lists.map((start) => `[${level.slice(start, start + length).join(',')}]`);
  }
  return level.join(',');
}

function body(datatype: string, dims: readonly number[], data: string): Buffer {
  return Buffer.from(
    `{"inputs":[{"name":"input","datatype":"${datatype}","shape":[${dims.join(',')}],"data":[${data}]}]}`,
  );
}

const full = list((value) => value);
const bodies: Readonly<Record<string, Buffer>> = {
  'FP32, doubles in full': body('FP32', shape, full.join(',')),
  'FP32, a blank after each': body('FP32', shape, full.join(', ')),
  'FP32, in four dimensions': body('FP32', shape, nested(full)),
  'FP32, 7 digits': body('FP32', shape, list((value) => value.toFixed(7)).join(',')),
  'FP32, 0 to 255': body('FP32', shape, list((_, index) => (index * 7_919) % 256).join(',')),
  'UINT8, 0 to 255': body('UINT8', shape, list((_, index) => (index * 7_919) % 256).join(',')),
  'INT64, up to 10 digits': body('INT64', shape, list((_, index) => index * 7_919).join(',')),
  'FP64, doubles in full': body('FP64', shape, full.join(',')),
  '784 of FP32': body('FP32', [1, 784], full.slice(0, 784).join(',')),
  '100 of FP32': body('FP32', [1, 100], full.slice(0, 100).join(',')),
  iris: body('FP32', [1, 4], '5.1,3.5,1.4,0.2'),
};

const decode = (bytes: Uint8Array, numbers: 'wasm' | 'plain') =>
  decodeRequest(bytes, null, 'm', null, { json: { ...usualJson, numbers } }).request.inputs;

function reading([name, bytes]: [string, Buffer]): Task {
  assertSame(name, decode(bytes, 'plain')[0]?.data, decode(bytes, 'wasm')[0]?.data);
  const text = bytes.toString();
  return {
    name: `read ${name}`,
    bytes: bytes.byteLength,
    ways: {
      'JSON.parse': (): unknown => JSON.parse(text),
      plain: () => decode(bytes, 'plain'),
      wasm: () => decode(bytes, 'wasm'),
    },
  };
}

function readingBinary(): Task {
  const header = Buffer.from(
    `{"inputs":[{"name":"input","datatype":"FP32","shape":[${shape.join(',')}],"parameters":{"binary_data_size":${floats.byteLength}}}]}`,
  );
  const whole = Buffer.concat([header, new Uint8Array(floats.buffer)]);
  return {
    name: 'read FP32, binary',
    bytes: whole.byteLength,
    ways: { binary: () => decodeRequest(whole, String(header.byteLength), 'm', null) },
  };
}

function writing(name: string, tensor: Omit<Tensor, 'name'>, asList: () => unknown): Task {
  const response = { modelName: 'm', modelVersion: '1', id: null, outputs: [{ name: 'output', ...tensor }] };
  const form = { outputs: [], binaryByDefault: false };
  const encode = (numbers: 'wasm' | 'plain') => {
    const { body } = encodeResponse(response, form, numbers);
    return typeof body === 'string' ? Buffer.from(body) : body;
  };
  assertSame(name, encode('plain'), encode('wasm'));
  return {
    name: `write ${name}`,
    bytes: encode('wasm').byteLength,
    ways: {
      'JSON.stringify': () => Buffer.from(JSON.stringify(asList())),
      plain: () => encode('plain'),
      wasm: () => encode('wasm'),
    },
  };
}

function assertSame(name: string, plain: Uint8Array | undefined, wasm: Uint8Array | undefined): void {
  if (plain === undefined || wasm === undefined || Buffer.compare(plain, wasm) !== 0) {
    throw new Error(`${name}: the two ways differ`);
  }
}

const bytesOf = (array: ArrayBufferView<ArrayBuffer>) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const wide = BigInt64Array.from({ length: count }, (_, index) => BigInt(index) * 7_919_000_000n);
const small = Int32Array.from({ length: count }, (_, index) => index * 7_919);
const tasks: readonly Task[] = [
  ...Object.entries(bodies).map(reading),
  readingBinary(),
  writing('FP32', { datatype: 'FP32', shape, data: bytesOf(floats) }, () => Array.from(floats)),
  writing('INT32', { datatype: 'INT32', shape, data: bytesOf(small) }, () => Array.from(small)),
  writing('INT64', { datatype: 'INT64', shape, data: bytesOf(wide) }, () => Array.from(wide, Number)),
  writing('1000 of FP32', { datatype: 'FP32', shape: [1_000], data: bytesOf(floats.slice(0, 1_000)) }, () =>
    Array.from(floats.subarray(0, 1_000)),
  ),
  writing('3 of FP32', { datatype: 'FP32', shape: [1, 3], data: bytesOf(floats.slice(0, 3)) }, () =>
    Array.from(floats.subarray(0, 3)),
  ),
];

/** Milliseconds of processor time for one run, over a turn of at least `turnMs`. */
function costMs(run: () => unknown): number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let runs = 0;
  do {
    run();
    runs += 1;
  } while (performance.now() - startedAt < turnMs);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / runs;
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
const shown = (ms: number) => (ms < 0.1 ? `${(ms * 1_000).toFixed(2)} µs` : `${ms.toFixed(2)} ms`);

for (const { name, bytes, ways } of tasks) {
  const costs = Object.entries(ways).map(([way, run]) => ({ way, run, inMs: [] as number[], ratios: [] as number[] }));
  for (const { run } of costs) costMs(run);
  for (let round = 0; round < rounds; round += 1) {
    for (const cost of costs) {
      const ms = costMs(cost.run);
      cost.inMs.push(ms);
      cost.ratios.push(ms / (costs[0]?.inMs.at(-1) ?? Number.NaN));
    }
  }
  const parts = costs.map(({ way, inMs, ratios }) => `${way} ${shown(median(inMs))} (${median(ratios).toFixed(2)} x)`);
  console.log(`${`${name}, ${(bytes / 1e6).toFixed(bytes < 1e5 ? 4 : 2)} MB`.padEnd(44)} ${parts.join('   ')}`);
}
