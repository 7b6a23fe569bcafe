import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { irisRequest } from '../../iris.ts';
import { repository } from '../../start-platform.ts';

/** A request that every client makes, and what must come back. */
export interface HttpCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** @returns what is wrong with an answer, or null. */
  readonly check: (body: string) => string | null;
}

/** A prediction in JSON. */
const irisCall: HttpCall = {
  path: irisRequest.path,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(irisRequest.body),
  check: (body) =>
    body.startsWith('{"model_name":"iris"') ? irisRequest.check(body) : `refused: ${body.slice(0, 200)}`,
};

/** The picture of a seven, in binary. */
const digitCall: HttpCall = digitOf(readFileSync(join(repository, 'examples/data/digit.pgm'), 'utf8'));

/** The language of a sentence, as a stream of server-sent events. */
const streamCall: HttpCall = {
  path: '/v2/models/language/generate_stream',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ text: 'guten Morgen, wie geht es dir?' })),
  check: (body) => (/^data: \{.*"language":"de".*\}\n\n$/.test(body) ? null : `not an event: ${body.slice(0, 200)}`),
};

export const httpCalls: readonly HttpCall[] = [irisCall, digitCall, streamCall];

/** @param pgm width, height, white, and the greys, in text. */
function digitOf(pgm: string): HttpCall {
  const [, , , white = 255, ...greys] = pgm.split(/\s+/).filter(Boolean).map(Number);
  const pixels = Float32Array.from(greys, (grey) => grey / white);
  const input = { name: 'image', datatype: 'FP32', shape: [1, pixels.length] };
  const header = Buffer.from(
    JSON.stringify({ inputs: [{ ...input, parameters: { binary_data_size: pixels.byteLength } }] }),
  );
  return {
    path: '/v2/models/mnist/infer',
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(header.byteLength),
    },
    body: Buffer.concat([header, Buffer.from(pixels.buffer)]),
    check: (body) => (/"name":"digit"[^}]*"data":\[7\]/.test(body) ? null : `not a seven: ${body.slice(0, 200)}`),
  };
}
