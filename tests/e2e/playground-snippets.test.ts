import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { decodeRequest } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { encodeResponse } from '@cluster-ai/protocols/open-inference/encode-response.ts';
import { curlSnippet } from '@cluster-ai/web-dashboard/inference/curl-snippet.ts';
import type { InferCall } from '@cluster-ai/web-dashboard/inference/infer-request.ts';
import type { TextTensor } from '@cluster-ai/web-dashboard/inference/text-tensor.ts';
import { pythonSnippet } from '@cluster-ai/web-dashboard/inference/python-snippet.ts';
import { typescriptSnippet } from '@cluster-ai/web-dashboard/inference/typescript-snippet.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testPython } from './test-python.ts';

// The snippets are run as a reader would run them. A server with the gateway's own codec shows what arrived, byte for
// byte, and sends it back.

const run = promisify(execFile);

let folder: string;
let server: Server;
let gatewayUrl: string;
let received: InferenceRequest | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cluster-ai-snippets-'));
  server = createServer((request, response) => {
    void answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gatewayUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headerLength = request.headers['inference-header-content-length'];
  const body = await readBody(request);
  const decoded = decodeRequest(body, typeof headerLength === 'string' ? headerLength : null, 'echo', null);
  received = decoded.request;
  const { inputs: outputs } = received;
  const encoded = encodeResponse({ modelName: 'echo', modelVersion: '1', id: null, outputs }, decoded.form);
  if (encoded.headerLength !== null) response.setHeader('inference-header-content-length', encoded.headerLength);
  response.setHeader('content-type', encoded.contentType).end(encoded.body);
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

interface Case {
  readonly what: string;
  readonly input: TextTensor;
  readonly bytes: readonly number[];
  /** What the snippets must print of the answer. */
  readonly printed: RegExp;
}

const difficultTexts = [`it's "$HOME" \\ \`id\` JSON`, 'estação 東京 🌕'];

/** BYTES elements each stand behind their length, 4 bytes. */
function lengthPrefixed(texts: readonly string[]): number[] {
  const encoded = texts.map((text) => new TextEncoder().encode(text));
  return encoded.flatMap((utf8) => bytesOf(Uint32Array.of(utf8.byteLength)).concat(bytesOf(utf8)));
}

const bytesOf = (data: ArrayBufferView) => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];

const cases: readonly Case[] = [
  {
    what: 'fractions',
    input: { name: 'x', datatype: 'FP32', shape: [1, 4], elements: ['5.1', '3.5', '1.4', '0.2'] },
    bytes: bytesOf(Float32Array.of(5.1, 3.5, 1.4, 0.2)),
    printed: /5\.1.*3\.5.*1\.4.*0\.2/s,
  },
  {
    what: 'NaN and the infinities',
    input: { name: 'x', datatype: 'FP64', shape: [3], elements: ['NaN', 'Infinity', '-Infinity'] },
    bytes: bytesOf(Float64Array.of(Number.NaN, Infinity, -Infinity)),
    printed: /NaN,Infinity,-Infinity/,
  },
  {
    what: 'integers past 2^53',
    input: { name: 'n', datatype: 'UINT64', shape: [2], elements: ['18446744073709551615', '9007199254740993'] },
    bytes: bytesOf(BigUint64Array.of(18446744073709551615n, 9007199254740993n)),
    printed: /1844674407370955\d+/,
  },
  {
    what: 'truth values',
    input: { name: 'b', datatype: 'BOOL', shape: [2], elements: ['true', 'false'] },
    bytes: [1, 0],
    printed: /true.*false/s,
  },
  {
    what: 'strings with every kind of quote, a dollar, a backslash and more than ASCII',
    input: { name: 't', datatype: 'BYTES', shape: [2], elements: difficultTexts },
    bytes: lengthPrefixed(difficultTexts),
    printed: /estação 東京 🌕/,
  },
  {
    what: 'a scalar',
    input: { name: 's', datatype: 'INT64', shape: [], elements: ['16000'] },
    bytes: bytesOf(BigInt64Array.of(16000n)),
    printed: /16000/,
  },
  {
    what: 'half precision, in binary form both ways',
    input: { name: 'h', datatype: 'FP16', shape: [3], elements: ['1', '-2', '0.5'] },
    bytes: [0x00, 0x3c, 0x00, 0xc0, 0x00, 0x38],
    printed: /"?h"?.*/,
  },
];

function callOf({ input }: Case): InferCall {
  return {
    gatewayUrl,
    model: 'echo',
    inputs: [input],
    outputs: [{ name: input.name, datatype: input.datatype, shape: input.shape }],
  };
}

/** The tensor that arrived, in a form that a failed comparison shows well. */
function arrived(): unknown {
  const tensor: Tensor | undefined = received?.inputs[0];
  return tensor === undefined
    ? null
    : { name: tensor.name, datatype: tensor.datatype, shape: tensor.shape, bytes: [...tensor.data] };
}

/** The bytes of each tensor that arrived. */
function arrivedBytes(): unknown {
  return received?.inputs.map(({ data }) => Array.from(data));
}

function expected({ input: { name, datatype, shape }, bytes }: Case): unknown {
  return { name, datatype, shape, bytes };
}

describe.each(cases)('$what', (example) => {
  test('curl in a POSIX shell', async () => {
    received = undefined;
    const { stdout } = await run('sh', ['-c', curlSnippet(callOf(example))], { cwd: folder });
    expect(arrived()).toEqual(expected(example));
    // The binary answer goes to a file.
    if (example.input.datatype !== 'FP16') expect(stdout).toMatch(example.printed);
  });

  test('TypeScript under Node', async () => {
    received = undefined;
    const file = join(folder, 'call.ts');
    await writeFile(file, typescriptSnippet(callOf(example)));
    const { stdout } = await run(process.execPath, [file]);
    expect(arrived()).toEqual(expected(example));
    expect(stdout).toMatch(example.printed);
  });

  test('Python with tritonclient', async () => {
    received = undefined;
    const file = join(folder, 'call.py');
    await writeFile(file, pythonSnippet(callOf(example)));
    const { stdout } = await run(testPython(), [file]);
    expect(arrived()).toEqual(expected(example));
    expect(stdout).toContain(example.input.name);
  });
});

test('the binary form carries every kind of value, from each language', async () => {
  const everything: InferCall = {
    gatewayUrl,
    model: 'echo',
    wire: 'binary',
    inputs: cases.map(({ input }, index) => ({ ...input, name: `x${index}` })),
    outputs: cases.map(({ input }, index) => ({ ...input, name: `x${index}` })),
  };
  const file = join(folder, 'binary.ts');
  const runs = {
    curl: () => run('sh', ['-c', curlSnippet(everything)], { cwd: folder }),
    typescript: async () => {
      await writeFile(file, typescriptSnippet(everything));
      return run(process.execPath, [file]);
    },
    python: () => run(testPython(), ['-c', pythonSnippet(everything)]),
  };
  for (const [language, start] of Object.entries(runs)) {
    received = undefined;
    const { stdout } = await start();
    expect([language, arrivedBytes()]).toEqual([language, cases.map(({ bytes }) => bytes)]);
    if (language !== 'curl') expect(stdout).toContain('18446744073709551615');
  }
});
