import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { fakeCall } from '@cluster-ai/testkit/fake-call.ts';
import { describe, expect, test } from 'vitest';
import { acceptedCoding, packed, unpacked } from './content-coding.ts';

const text = 'the body '.repeat(1_000);

describe('requests', () => {
  test.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['GZIP', gzipSync(text)],
  ])('%s is unpacked, and its bytes are counted as they come', async (encoding, body) => {
    const headers = { 'content-encoding': encoding, 'content-length': String(body.length), 'x-own': '1' };
    const call = unpacked(fakeCall({ headers, body }), 10_000);
    let counted = 0;
    const plain = await call.body((bytes) => (counted += bytes));
    expect(Buffer.from(plain).toString()).toBe(text);
    expect(counted).toBe(body.length + text.length);
    expect([call.header('content-length'), call.header('content-encoding'), call.header('x-own')]).toEqual([
      null,
      null,
      '1',
    ]);
    expect(call.headers).toEqual([['x-own', '1']]);
  });

  test('a body that is not packed is the same call', () => {
    for (const options of [{}, { headers: { 'content-encoding': 'identity' } }]) {
      const call = fakeCall(options);
      expect(unpacked(call, 1)).toBe(call);
    }
  });

  test('a small body that unpacks to a large one ends at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
    const call = unpacked(fakeCall({ headers: { 'content-encoding': 'gzip' }, body: bomb }), 1_000_000);
    let counted = -bomb.length;
    await expect(call.body((bytes) => (counted += bytes))).rejects.toMatchObject({
      code: 'BODY_TOO_LARGE',
      message: 'the request body unpacks to more than 1000000 bytes, which is the most that is accepted',
    });
    expect(counted).toBeLessThanOrEqual(1_000_000);
  });

  test('who counts the bytes may refuse them', async () => {
    const call = unpacked(fakeCall({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(text) }), 10_000);
    let seen = 0;
    const full = new ClusterError('OVERLOADED', 'full');
    const refuse = (): void => {
      seen += 1;
      if (seen > 1) throw full;
    };
    await expect(call.body(refuse)).rejects.toBe(full);
  });

  test.each([
    ['gzip', Buffer.from('not gzip'), 'Z_DATA_ERROR'],
    ['gzip', gzipSync(text).subarray(0, 40), 'Z_BUF_ERROR'],
    ['deflate', gzipSync(text), 'Z_DATA_ERROR'],
    ['deflate', Buffer.alloc(0), 'Z_BUF_ERROR'],
  ])('broken %s is the fault of the client: %#', async (encoding, body, code) => {
    const call = unpacked(fakeCall({ headers: { 'content-encoding': encoding }, body }), 10_000);
    await expect(call.body()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `the request body is not valid ${encoding} data (${code})`,
    });
  });

  test.each(['br', 'gzip, gzip', 'x'.repeat(1_000)])(
    '%s is not read, and its body is not waited for',
    async (encoding) => {
      const bodyError = new Error('the body was read');
      const call = unpacked(fakeCall({ headers: { 'content-encoding': encoding }, bodyError }), 1);
      await expect(call.body()).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/^.{1,160}$/),
      });
    },
  );
});

describe('answers', () => {
  function send(accept: string | null, status: number, body: string | Uint8Array) {
    const { promise, resolve } = Promise.withResolvers<{ status: number; headers: unknown; body: Buffer }>();
    const unused = (): never => {
      throw new Error('not streamed');
    };
    const inner = {
      send: (code: number, headers: unknown, bytes: string | Uint8Array) =>
        resolve({ status: code, headers, body: Buffer.from(bytes) }),
      start: unused,
      write: unused,
      drained: unused,
      end: unused,
    };
    const call = fakeCall({ headers: accept === null ? {} : { 'accept-encoding': accept } });
    packed(call, inner).send(status, [['Content-Type', 'text/plain']], body);
    return promise;
  }

  test.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
  ] as const)('%s', async (coding, unpack) => {
    const answer = await send(coding, 200, text);
    expect(unpack(answer.body).toString()).toBe(text);
    expect(answer.headers).toEqual([
      ['Content-Type', 'text/plain'],
      ['Content-Encoding', coding],
      ['Vary', 'Accept-Encoding'],
    ]);
  });

  test.each([
    ['who accepts nothing', null, 200, text],
    ['small ones', 'gzip', 200, 'small'],
    ['errors', 'gzip', 400, text],
  ])('%s get them as they are', async (_what, accept, status, body) => {
    const answer = await send(accept, status, body);
    expect(answer).toEqual({ status, headers: [['Content-Type', 'text/plain']], body: Buffer.from(body) });
  });

  test.each([
    [null, null],
    ['', null],
    ['br, gzip;q=0.5, deflate', 'deflate'],
    ['deflate;q=0.5, gzip;q=0.8', 'gzip'],
    ['deflate, gzip', 'deflate'],
    ['identity, gzip;q=0.5', null],
    ['identity;q=0.5, gzip', 'gzip'],
    ['gzip;q=2', null],
    ['gzip;q=0, deflate', 'deflate'],
    ['GZip ; q=0.000', null],
    ['*', null],
    ['gzip,'.repeat(1_000), null],
  ])('of %s it is %s', (accepted, coding) => {
    expect(acceptedCoding(accepted)).toBe(coding);
  });
});
