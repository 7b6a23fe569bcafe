import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { decodeRequest } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { encodeResponse } from '@cluster-ai/protocols/open-inference/encode-response.ts';
import { onnxRuntime } from '@cluster-ai/runtimes/onnx/onnx-runtime.ts';
import type { LoadedModel } from '@cluster-ai/runtimes/runtime.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Codec and runtime as the gateway has them, with nothing between: a failure here is the client's or the model's. */
const models = new Map<string, LoadedModel>();
const server = createServer((request, response) => {
  void answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
});
let url = '';

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const modelName = request.url?.split('/')[3] ?? '';
  const model = models.get(modelName);
  if (model === undefined) throw new Error(`no model '${modelName}'`);
  const body = Buffer.concat(await Array.fromAsync<Buffer>(request));
  const headerLength = request.headers['inference-header-content-length'];
  const { request: asked, form } = decodeRequest(body, headerLength?.toString() ?? null, modelName, null);
  // The runtime wants numbers at multiples of their size; in the body they lie anywhere.
  const inputs = asked.inputs.map((input) => ({ ...input, data: Uint8Array.from(input.data) }));
  const outputs = await model.execute(inputs, asked.outputNames);
  const encoded = encodeResponse({ modelName, modelVersion: '1', id: asked.id, outputs }, form);
  if (encoded.headerLength !== null) response.setHeader('Inference-Header-Content-Length', encoded.headerLength);
  response.writeHead(200, { 'Content-Type': encoded.contentType }).end(encoded.body);
}

beforeAll(async () => {
  const fetched = await run(process.execPath, ['models/fetch.ts']);
  if (fetched.exitCode !== 0) throw new Error(`models/fetch.ts failed: ${fetched.output}`);
  const folders = { iris: 'models', mnist: 'models', language: 'models', 'silero-vad': '.cache/models' };
  for (const [name, parent] of Object.entries(folders)) {
    const folder = fileURLToPath(new URL(`${parent}/${name}/1`, root));
    models.set(name, await onnxRuntime.load(folder, { modelFile: 'model.onnx', signature: null }));
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  url = `http://127.0.0.1:${address.port}`;
});

afterAll(async () => {
  server.close();
  for (const model of models.values()) await model.release();
});

interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

async function run(command: string, args: string[]): Promise<Ended> {
  const child = spawn(command, args, { cwd: fileURLToPath(root), env: { ...process.env, CLUSTER_AI_URL: url } });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [exitCode] = await once(child, 'close');
  return { exitCode: Number(exitCode), output };
}

describe('a client gets right answers', () => {
  test('curl', async () => {
    expect(await run('sh', ['examples/curl.sh'])).toEqual({
      exitCode: 0,
      output: 'iris: [0,2]\nmnist: [7]\nlanguage: ["pt","en"]\n',
    });
  });

  test('TypeScript', async () => {
    const { exitCode, output } = await run(process.execPath, ['examples/predict.ts']);
    expect(output).toMatch(
      /iris: \[ 0, 2 \]\nmnist: \[ 7 \].*\nlanguage: \[ 'pt', 'en' \]\nsilero-vad: \.{7,}#+.*#\.{4,} /,
    );
    expect(exitCode).toBe(0);
  });
});

describe('a client notices a wrong answer', () => {
  const clients: [string, string, string][] = [
    ['curl', 'sh', 'examples/curl.sh'],
    ['TypeScript', process.execPath, 'examples/predict.ts'],
  ];
  test.each(clients)('%s', async (_, command, script) => {
    const mnist = models.get('mnist');
    if (mnist === undefined) throw new Error('mnist is not loaded');
    const black = (input: Tensor): Tensor => ({ ...input, data: new Uint8Array(input.data.length) });
    models.set('mnist', {
      signature: mnist.signature,
      execute: async (inputs, names) => mnist.execute(inputs.map(black), names),
      executeNow: null,
      release: async () => mnist.release(),
    });
    const { exitCode, output } = await run(command, [script]);
    models.set('mnist', mnist);
    expect(output).toMatch(/mnist: \[ ?[^7]/);
    expect(exitCode).toBe(1);
  });
});
