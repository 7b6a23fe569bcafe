import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectTimely } from './edge-stage.ts';
import type { StartRpc } from './rpc-stage.ts';

export function testRpcCalls(start: StartRpc): void {
  test('a message and metadata come and go', async () => {
    const { client, seen } = await start();
    const metadata = { 'x-say': 'hello', authorization: 'Bearer k' };
    const outcome = await client.unary('/test.Test/Echo', Uint8Array.of(1, 2, 3), { metadata });
    expect(outcome).toMatchObject({ code: 'OK', trailers: { 'x-said': 'hello' } });
    expect([...(outcome.message ?? [])]).toEqual([1, 2, 3]);
    const [call] = seen.calls;
    expect(call).toMatchObject({ path: '/test.Test/Echo', remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' });
    expect(call?.header('authorization')).toBe('Bearer k');
    expect(call?.header('host')).toMatch(/^localhost:\d+$/);
    expect(call?.timeoutMs).toBeNull();
    expect(seen.cancelled).toEqual([]);
  });

  test('an empty message, and one as large as is allowed', async () => {
    const { client } = await start();
    expect((await client.unary('/test.Test/Echo', new Uint8Array())).message).toHaveLength(0);
    const large = new Uint8Array(100_000).fill(7);
    expect((await client.unary('/test.Test/Echo', large)).message).toEqual(Buffer.from(large));
  });

  test('many calls at once are each answered', async () => {
    const { client } = await start({ streamsMax: 10 });
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((number) => client.unary('/test.Test/Echo', Uint8Array.of(number))));
    expect(answers.map(({ message }) => message?.[0])).toEqual(numbers);
  });

  test('a refusal has its code, text of any language and metadata, and needs no message', async () => {
    const { client } = await start();
    const stream = client.stream('/test.Test/Refuse');
    expect(await stream.outcome).toMatchObject({
      code: 'PERMISSION_DENIED',
      details: 'não, 100 %',
      trailers: { 'x-why': 'so' },
    });
  });

  test('a method that is not there', async () => {
    const { client, seen } = await start();
    expect((await client.unary('/test.Test/Nope', new Uint8Array())).code).toBe('UNIMPLEMENTED');
    expect(seen.calls).toEqual([]);
  });

  test('a handler that fails is a defect', async () => {
    const { client, seen } = await start();
    expect((await client.unary('/test.Test/Break', new Uint8Array())).code).toBe('INTERNAL');
    expect(seen.defects).toEqual([new Error('a defect')]);
  });
}

export function testRpcLeaving(start: StartRpc): void {
  test('a call that is cancelled is told of, once', async () => {
    const { client, seen } = await start();
    const abort = new AbortController();
    const outcome = client.unary('/test.Test/Held', new Uint8Array(), { signal: abort.signal });
    await expect.poll(() => seen.calls.length).toBe(1);
    abort.abort();
    expect((await outcome).code).toBe('CANCELLED');
    await expect.poll(() => seen.cancelled).toEqual(['/test.Test/Held']);
    seen.release();
    await delay(20);
    expect(seen.defects).toEqual([]);
  });

  test('a deadline is told to the handler, and ends the call', async () => {
    const { client, seen } = await start();
    await expectTimely(2_000, async () => {
      const { code } = await client.unary('/test.Test/Held', new Uint8Array(), { timeoutMs: 200 });
      expect(code).toBe('DEADLINE_EXCEEDED');
    });
    expect(seen.calls[0]?.timeoutMs).toBeGreaterThan(0);
    expect(seen.calls[0]?.timeoutMs).toBeLessThanOrEqual(200);
    await expect.poll(() => seen.cancelled).toEqual(['/test.Test/Held']);
  });

  test('who waits for the next message of a stream learns of it', async () => {
    const { client, seen } = await start();
    const stream = client.stream('/test.Test/Stream');
    stream.send(Uint8Array.of(1));
    expect([...((await stream.next()) ?? [])]).toEqual([1]);
    stream.cancel();
    await expect.poll(() => seen.failures).toEqual(['CANCELLED']);
  });
}

export function testRpcStreams(start: StartRpc): void {
  test('messages keep their order, and the end of the client is seen', async () => {
    const { client } = await start();
    const stream = client.stream('/test.Test/Stream');
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    for (const number of numbers) stream.send(new Uint8Array(1_000).fill(number));
    stream.close();
    const answers: (number | undefined)[] = [];
    for (let answer = await stream.next(); answer !== null; answer = await stream.next()) answers.push(answer[0]);
    expect(answers).toEqual(numbers);
    expect((await stream.outcome).code).toBe('OK');
  });
}
