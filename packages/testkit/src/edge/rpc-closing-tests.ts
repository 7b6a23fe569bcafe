import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectTimely } from './edge-stage.ts';
import type { StartRpc } from './rpc-stage.ts';

export function testRpcClosing(start: StartRpc): void {
  test('what has arrived is answered', async () => {
    const { client, seen, edge } = await start();
    const outcome = client.unary('/test.Test/Held', Uint8Array.of(5));
    await expect.poll(() => seen.calls.length).toBe(1);
    const closing = edge.close(10_000);
    await delay(50);
    seen.release();
    expect(await outcome).toMatchObject({ code: 'OK', message: Buffer.of(5) });
    expect(await closing).toBe(0);
  });

  test('a stream is asked to end, new connections are refused', async () => {
    const { client, connectClient, edge } = await start();
    const stream = client.stream('/test.Test/Stream');
    stream.send(Uint8Array.of(1));
    await stream.next();
    expect(await edge.close(10_000)).toBe(0);
    expect(await stream.outcome).toMatchObject({ code: 'UNAVAILABLE', details: 'closing' });
    expect((await connectClient().unary('/test.Test/Echo', new Uint8Array(), { timeoutMs: 5_000 })).code).toBe(
      'UNAVAILABLE',
    );
  });

  test('what outlasts the drain timeout is cut and counted', async () => {
    const { client, seen, edge } = await start();
    const outcome = client.unary('/test.Test/Held', new Uint8Array());
    await expect.poll(() => seen.calls.length).toBe(1);
    await expectTimely(2_000, async () => {
      expect(await edge.close(200)).toBe(1);
    });
    expect((await outcome).code).not.toBe('OK');
  });

  test('a connection without a call does not hold it up', async () => {
    const { client, edge, open } = await start();
    await client.unary('/test.Test/Echo', new Uint8Array());
    await open();
    await expectTimely(3_000, async () => {
      expect(await edge.close(10_000)).toBe(0);
    });
  });
}

export function testRpcListening(start: StartRpc): void {
  test('a taken port is an error that names it', async () => {
    const { edge } = await start();
    await expect(start({ port: edge.port })).rejects.toThrow(
      `port ${edge.port} on 127.0.0.1 is taken (listener 'test')`,
    );
  });
}
