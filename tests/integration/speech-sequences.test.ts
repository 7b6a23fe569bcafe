import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { serveVersion } from '@cluster-ai/gateway/configuration/serve-version.ts';
import { Findings } from '@cluster-ai/protocols/model-configuration/findings.ts';
import { readConfigText } from '@cluster-ai/protocols/model-configuration/read-files.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { floatsOf, startHost, type HostFixture } from './model-host/host-fixture.ts';

const streams = 6;
const pieces = 8;
/** Samples of a call: 512, and the 64 before them. */
const samples = 576;
const stateSize = 2 * 128;

const root = new URL('../../', import.meta.url);
const modelFile = fileURLToPath(new URL('.cache/models/silero-vad/1/model.onnx', root));

beforeAll(() => promisify(execFile)(process.execPath, ['models/fetch.ts'], { cwd: root }).then(() => undefined));

let fixture: HostFixture;
afterEach(() => fixture.close());

/** What one stream hears, piece by piece: silence, a tone that grows, and noise. */
function pieceOf(stream: number, piece: number): Float32Array {
  const random = seededRandom(stream * 100 + piece);
  return Float32Array.from({ length: samples }, (_, index) => {
    const tone = Math.sin((piece * samples + index) * 0.02 * (stream + 1)) * (piece / pieces);
    return piece % 4 === 0 ? 0 : tone * 0.5 + (random() - 0.5) * 0.2;
  });
}

const bytesOf = (values: Float32Array | BigInt64Array): Uint8Array => new Uint8Array(values.buffer);
const rate: Tensor = { name: 'sr', datatype: 'INT64', shape: [], data: bytesOf(BigInt64Array.of(16_000n)) };
const sound = (stream: number, piece: number): Tensor => ({
  name: 'input',
  datatype: 'FP32',
  shape: [1, samples],
  data: bytesOf(pieceOf(stream, piece)),
});

test.each([
  { strategy: 'oldest { max_candidate_sequences: 1 preserve_ordering: true }', atOnce: 2 },
  { strategy: 'oldest { max_candidate_sequences: 8 max_queue_delay_microseconds: 500 }', atOnce: streams },
  { strategy: 'direct { }', atOnce: 2 },
])(
  'Silero hears $atOnce streams at once with $strategy, each as if it were alone',
  async ({ strategy, atOnce }) => {
    const bytes = new Uint8Array(await readFile(modelFile));
    const signature = signatureFromOnnx(readOnnxModel(bytes));
    const findings = new Findings();
    const configuration = readConfigText(
      `max_batch_size: 0
       instance_group { count: 2 }
       sequence_batching {
         max_sequence_idle_microseconds: 60000000
         ${strategy}
         state { input_name: "state" output_name: "stateN" data_type: TYPE_FP32 dims: [ 2, 1, 128 ] }
       }`,
      'vad',
      findings,
    );
    expect(findings.wrong).toEqual([]);
    fixture = await startHost();
    const settings = { configuration: JSON.parse(JSON.stringify(configuration)) };
    const [model, folder] = await fixture.store('vad@1', { bytes, signature }, settings);
    const host = await fixture.host.load(model, folder);

    // Alone, with a state that the caller keeps: what the model itself says.
    const alone: number[][] = [];
    for (let stream = 0; stream < streams; stream += 1) {
      const heard: number[] = [];
      let state = bytesOf(new Float32Array(stateSize));
      for (let piece = 0; piece < pieces; piece += 1) {
        const before: Tensor = { name: 'state', datatype: 'FP32', shape: [2, 1, 128], data: state };
        const inputs = [sound(stream, piece), before, rate].map(({ name, datatype, shape, data }) => ({
          name,
          datatype,
          shape,
          parts: [data],
        }));
        const { outputs } = await host.execute({ inputs, outputNames: [], remainingMs: 30_000 });
        heard.push(...floatsOf(outputs.find(({ name }) => name === 'output')?.data));
        state = outputs.find(({ name }) => name === 'stateN')?.data.slice() ?? state;
      }
      alone.push(heard);
    }

    const { batcher } = await serveVersion(model, host, folder, {
      clock: systemClock,
      queueLengthMax: 1_000,
      enabled: true,
    });
    const open = new Set<number>();
    let openMost = 0;
    const ask = async (stream: number, piece: number): Promise<number[]> => {
      const request: InferenceRequest = {
        modelName: 'vad',
        modelVersion: null,
        id: null,
        inputs: [sound(stream, piece), rate],
        outputNames: [],
        parameters: {
          sequence_id: `stream ${stream}`,
          sequence_start: piece === 0,
          sequence_end: piece === pieces - 1,
        },
      };
      const { outputs } = await batcher.enqueue(request, systemClock.nowMs() + 30_000).outcome;
      expect(outputs.map(({ name }) => name)).toEqual(['output']);
      open.add(stream);
      openMost = Math.max(openMost, open.size);
      if (piece === pieces - 1) open.delete(stream);
      return floatsOf(outputs[0]?.data);
    };
    // Everything is sent at once, a piece of each stream after the other.
    const asked = Array.from({ length: pieces }, (_, piece) =>
      Array.from({ length: streams }, (_entry, stream) => ask(stream, piece)),
    );
    const heard = await Promise.all(asked.map((row) => Promise.all(row)));
    expect(Array.from({ length: streams }, (_, stream) => heard.flatMap((row) => row[stream] ?? []))).toEqual(alone);
    expect(openMost).toBe(atOnce);
    await batcher.idle();
  },
  60_000,
);
