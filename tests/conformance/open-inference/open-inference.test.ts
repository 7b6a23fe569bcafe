import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extensionCases } from './extension-cases.ts';
import { expectAllCases } from './expect-all-cases.ts';
import { httpCases } from './http-cases.ts';
import { modelNames } from './models.ts';
import { serverUnderTest, type ServerUnderTest } from './server.ts';

let server: ServerUnderTest | undefined;

function running(): ServerUnderTest {
  if (server === undefined) throw new Error('no server was started');
  return server;
}

const url = (): string => running().url;

beforeAll(async () => {
  server = await serverUnderTest();
});

afterAll(async () => {
  await server?.stop();
});

describe('tritonclient', () => {
  test.each(['metadata.py', 'infer.py', 'errors.py', 'extensions.py'])('every case of %s', async (script) => {
    await expectAllCases('python', `tritonclient/${script}`, running());
  });
});

describe('over plain HTTP', () => {
  test.each([...httpCases, ...extensionCases])(
    '$name: $method $path',
    async ({ method, path, body, headers, status, answer, answerHeaders = {} }) => {
      const response = await fetch(url() + path, { method, body: body ?? null, headers: headers ?? {} });
      const text = await response.text();
      expect({
        status: response.status,
        answer: typeof answer === 'string' ? text : (JSON.parse(text) as unknown),
      }).toEqual({
        status,
        answer,
      });
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(Object.fromEntries(response.headers)).toMatchObject(answerHeaders);
    },
  );

  test('GET /v1/models is one document for OpenAI and KServe clients', async () => {
    const response = await fetch(`${url()}/v1/models`);
    const list = (await response.json()) as {
      object: string;
      data: { id: string; object: string }[];
      models: string[];
    };
    expect(list.object).toBe('list');
    expect(list.models).toEqual(expect.arrayContaining(modelNames));
    expect(list.data.map(({ id }) => id)).toEqual(list.models);
    expect(new Set(list.data.map(({ object }) => object))).toEqual(new Set(['model']));
  });

  const booleans = httpCases.find(({ name }) => name === 'booleans');

  test('a body in chunks of one byte', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of Buffer.from(booleans?.body ?? '')) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const response = await fetch(url() + booleans?.path, { method: 'POST', body: chunks, duplex: 'half' });
    expect(await response.text()).toBe(booleans?.answer);
  });

  test('a body that waits for 100 Continue', async () => {
    const body = Buffer.from(booleans?.body ?? '');
    const headers = { Expect: '100-continue', 'Content-Length': body.byteLength };
    const call = request(url() + booleans?.path, { method: 'POST', headers });
    call.flushHeaders();
    await once(call, 'continue');
    call.end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    expect((await Array.fromAsync(response)).join('')).toBe(booleans?.answer);
  });

  const paths = [
    '/',
    '/v2',
    '/v2/health/ready',
    '/v2/models/simple',
    '/v2/models/simple/infer',
    '/v1/models',
    '*',
    '/%',
  ];

  async function statusOf(method: string, path: string): Promise<number | undefined> {
    const call = request(url(), { method, path }).end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode;
  }

  test.each(['OPTIONS', 'TRACE', 'PATCH', 'PROPFIND'])('%s is refused everywhere and harms nothing', async (method) => {
    for (const path of paths) expect(`${path} ${await statusOf(method, path)}`).toMatch(/ 40[045]$/);
    expect(await statusOf('GET', '/v2/health/ready')).toBe(200);
  });

  test('HEAD has the status of GET', async () => {
    for (const path of paths) expect(await statusOf('HEAD', path)).toBe(await statusOf('GET', path));
  });
});

describe('the forms of generate and of raw requests', () => {
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(url() + path, { method: 'POST', body, headers });

  test('generate_stream answers with events', async () => {
    const response = await post('/v2/models/identity_bytes/generate_stream', '{"INPUT0":"hello"}');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = (await response.text()).split('\n\n').filter((event) => event !== '');
    expect(events.map((event) => JSON.parse(event.replace(/^data: /, '')) as unknown)).toEqual([
      { model_name: 'identity_bytes', model_version: '1', OUTPUT0: 'hello' },
    ]);
  });

  test('generate_stream: an error before the first event is JSON with its status', async () => {
    const response = await post('/v2/models/nope/generate_stream', '{"INPUT0":"hello"}');
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: "Request for unknown model: 'nope' is not found" });
  });

  test('a raw request is the one input, and its answer is binary', async () => {
    const values = Float32Array.of(1.5, -2, Number.NaN);
    const response = await post('/v2/models/identity_fp32/infer', new Uint8Array(values.buffer), {
      'Inference-Header-Content-Length': '0',
    });
    const length = Number(response.headers.get('inference-header-content-length'));
    const body = Buffer.from(await response.arrayBuffer());
    const header = JSON.parse(body.subarray(0, length).toString()) as { outputs: readonly { shape: number[] }[] };
    expect(header.outputs[0]?.shape).toEqual([1, 3]);
    expect(body.subarray(length)).toEqual(Buffer.from(values.buffer));
  });

  test('answers are packed for who takes it, and say so', async () => {
    for (const encoding of ['gzip', 'deflate']) {
      const call = request(`${url()}/v2/models/stats`, { headers: { 'Accept-Encoding': encoding } }).end();
      const [response] = (await once(call, 'response')) as [IncomingMessage];
      response.resume();
      expect(response.headers['content-encoding']).toBe(encoding);
    }
  });

  test('a packed answer of infer tells the length of its JSON unpacked', async () => {
    const values = new Uint8Array(Float32Array.from({ length: 400 }, (_, index) => index).buffer);
    const response = await post('/v2/models/identity_fp32/infer', values, {
      'Inference-Header-Content-Length': '0',
      'Accept-Encoding': 'gzip',
    });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const length = Number(response.headers.get('inference-header-content-length'));
    // Unpacked by the client.
    const body = Buffer.from(await response.arrayBuffer());
    expect(JSON.parse(body.subarray(0, length).toString())).toMatchObject({ outputs: [{ shape: [1, 400] }] });
    expect(body.subarray(length)).toEqual(Buffer.from(values));
  });
});
