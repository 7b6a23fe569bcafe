import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectTimely } from './edge-stage.ts';
import { answerOn, type StartHttp2 } from './http2-stage.ts';

export function testHttp2Leaving(start: StartHttp2): void {
  test.each(['resets its stream', 'destroys its connection'])(
    "a client that %s is told of once, and its answer is nobody's trouble",
    async (what) => {
      const { client, state } = await start();
      const one = await client();
      const stream = one.open('/held');
      stream.end('x');
      await state.hasBegun('/held');
      if (what === 'resets its stream') stream.close();
      else one.destroy();
      await state.wasCancelled('/held');
      state.release();
      await delay(20);
      expect(state.cancelled).toEqual(['/held']);
      expect(state.defects).toEqual([]);
    },
  );

  test('a call that is answered is not cancelled when its client leaves afterwards', async () => {
    const { client, state } = await start();
    const one = await client();
    await one.request('/echo', {}, 'x');
    one.destroy();
    await delay(50);
    expect(state.cancelled).toEqual([]);
  });

  test('a client that leaves within its body ends that call alone', async () => {
    const { client, state, edge } = await start();
    const one = await client();
    const stream = one.open('/echo', { 'content-length': 10 });
    stream.write('abc');
    await state.hasBegun('/echo');
    stream.close();
    await state.wasCancelled('/echo');
    expect((await one.request('/echo/other')).status).toBe(200);
    one.destroy();
    expect(await edge.close(5_000)).toBe(0);
  });

  test('a handler that rejects resets its own stream, is told of, and the connection goes on', async () => {
    const { client, state } = await start();
    const one = await client();
    await expect(one.request('/defect/half')).rejects.toThrow('INTERNAL_ERROR');
    expect(state.defects).toEqual([expect.objectContaining({ message: 'a defect of the handler' })]);
    expect((await one.request('/echo')).status).toBe(200);
  });
}

export function testHttp2Closing(start: StartHttp2): void {
  test('what has arrived is answered, on a connection that then ends', async () => {
    const { client, state, edge } = await start();
    const one = await client();
    const answers = ['/held/a', '/held/b'].map((path) => one.request(path, {}, path));
    await state.hasBegun('/held/b');
    const closed = edge.close(10_000);
    await delay(50);
    await expect(client()).rejects.toThrow(/ECONNREFUSED/);
    state.release();
    expect((await Promise.all(answers)).map(({ body }) => body.toString())).toEqual(['/held/a', '/held/b']);
    await one.closed();
    expect(await closed).toBe(0);
  });

  test('requests that only the kernel has when closing begins are answered', async () => {
    const { client, edge } = await start();
    const clients = await Promise.all(Array.from({ length: 20 }, () => client()));
    for (const one of clients) await one.request('/echo');
    const answers = clients.map((one) => one.request('/echo', {}, 'late'));
    await new Promise((resolve) => setImmediate(resolve));
    const closed = edge.close(10_000);
    expect((await Promise.all(answers)).map(({ body }) => body.toString())).toEqual(clients.map(() => 'late'));
    expect(await closed).toBe(0);
  });

  test('connections without a request do not hold it up, used or not', async () => {
    const { client, edge } = await start();
    const used = await client();
    await used.request('/echo');
    const unused = await client();
    await delay(20);
    await expectTimely(0, async () => expect(await edge.close(10_000)).toBe(0));
    await used.closed();
    await unused.closed();
  });

  test('what outlasts the drain timeout is cut and counted', async () => {
    const { client, state, edge } = await start();
    const clients = [await client(), await client()];
    const answers = clients.map((one, index) => answerOn(one.open(`/held/${index}`).end()));
    await Promise.all([state.hasBegun('/held/0'), state.hasBegun('/held/1')]);
    const ended = Promise.allSettled(answers);
    await expectTimely(200, async () => expect(await edge.close(200)).toBe(2));
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await Promise.all([state.wasCancelled('/held/0'), state.wasCancelled('/held/1')]);
  });
}
