import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  test.each(['metadata.py', 'infer.py', 'errors.py'])('every case of %s', async (script) => {
    await expectAllCases('python', `tritonclient/${script}`, running());
  });
});

describe('over plain HTTP', () => {
  test.each(httpCases)('$name: $method $path', async ({ method, path, body, headers, status, answer }) => {
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
  });

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
