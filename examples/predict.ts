/**
 * Asks a running server, and ends with 1 when an answer is wrong: `node examples/predict.ts`.
 * CLUSTER_AI_URL names another server than http://localhost:8000.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { infer } from './open-inference.ts';
import type { Tensor } from './open-inference.ts';

const url = process.env['CLUSTER_AI_URL'] ?? 'http://localhost:8000';
const SAMPLE_RATE = 16_000n;
const CHUNK_SAMPLES = 512;
const CONTEXT_SAMPLES = 64;

/** An output as the array that it must be. */
function numbers(outputs: ReadonlyMap<string, Tensor>, name: string): number[] {
  const data = outputs.get(name)?.data;
  assert(data !== undefined && !Array.isArray(data), `the answer has no numbers '${name}'`);
  return Array.from(data, Number);
}

/** Two flowers in one request: a setosa (0) and a virginica (2). */
async function iris(): Promise<void> {
  const flowers = Float32Array.of(5.1, 3.5, 1.4, 0.2, 7.1, 3.0, 5.9, 2.1);
  const outputs = await infer(url, 'iris', { input: { shape: [2, 4], data: flowers } });
  console.log('iris:', numbers(outputs, 'label'));
  assert.deepEqual(numbers(outputs, 'label'), [0, 2]);
}

/** A handwritten 7. */
async function digit(): Promise<void> {
  const file = await readFile(new URL('data/digit.pgm', import.meta.url), 'ascii');
  // Three lines of header stand before the grey values.
  const greys = file.split('\n').slice(3).join(' ').trim().split(/\s+/);
  const image = Float32Array.from(greys, (grey) => Number(grey) / 255);
  const outputs = await infer(url, 'mnist', { image: { shape: [1, 784], data: image } });
  console.log('mnist:', numbers(outputs, 'digit'), 'with probability', Math.max(...numbers(outputs, 'probabilities')));
  assert.deepEqual(numbers(outputs, 'digit'), [7]);
}

/** Texts in and texts out. */
async function language(): Promise<void> {
  const texts = ['Onde fica a estação?', 'Where is the train station?'];
  const outputs = await infer(url, 'language', { text: { shape: [2], data: texts } });
  console.log('language:', outputs.get('language')?.data);
  assert.deepEqual(outputs.get('language')?.data, ['pt', 'en']);
}

/** A recording, piece by piece, as it would come from a microphone. The state travels with the requests. */
async function speech(): Promise<void> {
  const audio = samplesOf(await readFile(new URL('data/speech.wav', import.meta.url)));
  let state: Tensor = { shape: [2, 1, 128], data: new Float32Array(256) };
  let context: Float32Array = new Float32Array(CONTEXT_SAMPLES);
  const probabilities: number[] = [];
  for (let start = 0; start + CHUNK_SAMPLES <= audio.length; start += CHUNK_SAMPLES) {
    const chunk = audio.subarray(start, start + CHUNK_SAMPLES);
    const piece = Float32Array.of(...context, ...chunk);
    context = chunk.subarray(-CONTEXT_SAMPLES);
    const outputs = await infer(url, 'silero-vad', {
      input: { shape: [1, piece.length], data: piece },
      state,
      sr: { shape: [], data: BigInt64Array.of(SAMPLE_RATE) },
    });
    const next = outputs.get('stateN');
    assert(next !== undefined, "the answer has no 'stateN'");
    state = next;
    probabilities.push(...numbers(outputs, 'output'));
  }
  const spoken = probabilities.map((probability) => probability > 0.5);
  console.log('silero-vad:', spoken.map((is) => (is ? '#' : '.')).join(''), '(# is speech, 32 ms each)');
  assert(!spoken.slice(0, 7).includes(true), 'the silence before the first word is no speech');
  assert(spoken.filter(Boolean).length > 0.7 * spoken.length, 'most of the recording is speech');
  assert(!spoken.slice(-4).includes(true), 'the silence after the last word is no speech');
}

/** Samples from -1 to 1 of a WAV file with 16-bit samples and nothing before them but the 44 bytes of the usual header. */
function samplesOf(wav: Buffer): Float32Array {
  const count = (wav.length - 44) / 2;
  return Float32Array.from({ length: count }, (_, index) => wav.readInt16LE(44 + 2 * index) / 32768);
}

await iris();
await digit();
await language();
await speech();
