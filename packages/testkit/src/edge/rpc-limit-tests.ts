import { expect, test } from 'vitest';
import { expectTimely } from './edge-stage.ts';
import { whenClosed, type StartRpc } from './rpc-stage.ts';

export function testRpcLimits(start: StartRpc): void {
  test('a message that is too large', async () => {
    const { client, seen } = await start();
    const { code } = await client.unary('/test.Test/Echo', new Uint8Array(100_001));
    expect(code).toBe('RESOURCE_EXHAUSTED');
    expect(seen.defects).toEqual([]);
  });

  test('a header that is too large', async () => {
    const { client, seen } = await start();
    const { code, details } = await client.unary('/test.Test/Echo', new Uint8Array(), {
      metadata: { 'x-long': 'x'.repeat(5_000) },
    });
    expect({ code, details }).toEqual({
      code: 'RESOURCE_EXHAUSTED',
      details: 'the header of the call has more than 4096 bytes',
    });
    expect(seen.calls).toEqual([]);
  });

  test('a message that does not come', async () => {
    const { client, seen } = await start({ requestTimeoutMs: 300 });
    await expectTimely(2_000, async () => {
      const { details } = await client.stream('/test.Test/Echo').outcome;
      expect(details).toBe('the message did not arrive within 300 ms');
    });
    expect(seen.failures).toEqual(['REQUEST_TIMEOUT']);
  });

  test('connections above the number are closed at once', async () => {
    const { open, client } = await start({ connectionsMax: 1 });
    await client.unary('/test.Test/Echo', new Uint8Array());
    const second = await open();
    await whenClosed(second);
    expect(second.bytesRead).toBe(0);
  });

  test('a connection without a call is closed after the idle timeout', async () => {
    const { open } = await start({ idleTimeoutMs: 300, requestTimeoutMs: 300 });
    await expectTimely(3_000, async () => whenClosed(await open()));
  });

  test('a client that does not take its answer is cut in time', async () => {
    const { callUnread, seen, edge } = await start({ answerTimeoutMs: 300, messageBytesMax: 1_000_000 });
    callUnread(1_000_000);
    await expectTimely(2_000, async () => {
      await expect.poll(() => seen.calls.length, { timeout: 10_000 }).toBe(1);
      expect(await edge.close(10_000)).toBe(0);
    });
  });
}
