import { setTimeout as delay } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { expect, test } from 'vitest';
import { expectTimely, get, post, type Start } from './edge-stage.ts';

export function testDraining(start: Start): void {
  test('what has arrived is answered, on a connection that then ends', async () => {
    const { client, state, edge } = await start();
    const one = await client();
    one.send(post('/held', 'body'));
    await state.hasBegun('/held');
    const closed = edge.close(10_000);
    await delay(50);
    state.release();
    const answer = await one.response();
    expect(answer.body.toString()).toBe('body');
    expect(answer.headers.get('connection')).toBe('close');
    await one.closed();
    expect(await closed).toBe(0);
  });

  test('pipelined requests that have arrived are all answered; the last answer ends the connection', async () => {
    const { client, state, edge } = await start();
    const one = await client();
    one.send(get('/held/a') + get('/held/b') + get('/held/c'));
    await state.hasBegun('/held/c');
    const closed = edge.close(10_000);
    await delay(20);
    state.release();
    const answers = [await one.response(), await one.response(), await one.response()];
    expect(answers.map(({ headers }) => [headers.get('x-path'), headers.get('connection')])).toEqual([
      ['/held/a', 'keep-alive'],
      ['/held/b', 'keep-alive'],
      ['/held/c', 'close'],
    ]);
    await one.closed();
    expect(await closed).toBe(0);
  });

  test('of many pipelined requests each is answered', async () => {
    const { client, state, edge } = await start();
    const one = await client();
    const paths = Array.from({ length: 100 }, (_, index) => `/held/${index}`);
    one.send(paths.map((path) => get(path)).join(''));
    await state.hasBegun('/held/0');
    const closed = edge.close(10_000);
    await delay(20);
    state.release();
    const answered: (string | undefined)[] = [];
    while (answered.length < paths.length) answered.push((await one.response()).headers.get('x-path'));
    expect(answered).toEqual(paths);
    await one.closed();
    expect(await closed).toBe(0);
  });

  test('requests that only the kernel has when closing begins are answered', async () => {
    const { client, edge } = await start();
    const clients = await Promise.all(Array.from({ length: 20 }, () => client()));
    for (const one of clients) {
      one.send(get('/echo'));
      await one.response();
    }
    for (const one of clients) one.send(post('/echo', 'late'));
    // The bytes are on their way in this process: they need a turn of the loop to leave, none to be read.
    await new Promise((resolve) => process.nextTick(resolve));
    const closed = edge.close(10_000);
    const answers = await Promise.all(clients.map((one) => one.response()));
    expect(answers.map(({ body }) => body.toString())).toEqual(clients.map(() => 'late'));
    expect(await closed).toBe(0);
  });
}

export function testRefusing(start: Start): void {
  test('new connections are refused', async () => {
    const { state, client, edge } = await start();
    const one = await client();
    one.send(get('/held'));
    await state.hasBegun('/held');
    const closed = edge.close(10_000);
    await delay(50);
    await expect(client()).rejects.toThrow(/ECONNREFUSED/);
    state.release();
    await one.response();
    await closed;
  });

  test('connections without a request do not hold it up, used or not', async () => {
    const { client, edge } = await start();
    const used = await client();
    used.send(get('/echo'));
    await used.response();
    const unused = await client();
    await delay(20);
    await expectTimely(0, async () => expect(await edge.close(10_000)).toBe(0));
    await used.closed();
    await unused.closed();
  });

  test('what outlasts the drain timeout is cut and counted', async () => {
    const { client, state, edge } = await start();
    const clients = [await client(), await client()];
    for (const [index, one] of clients.entries()) {
      one.send(get(`/held/${index}`));
      await state.hasBegun(`/held/${index}`);
    }
    await expectTimely(200, async () => expect(await edge.close(200)).toBe(2));
    for (const one of clients) await one.closed();
    await Promise.all([state.wasCancelled('/held/0'), state.wasCancelled('/held/1')]);
  });
}

export function testListening(start: Start): void {
  test('a taken port is an error that names port and listener', async () => {
    const { edge } = await start();
    const failure = await start({ port: edge.port, listenerId: 'metrics' }).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ClusterError);
    expect(failure).toMatchObject({
      code: 'ALREADY_RUNNING',
      message: `port ${edge.port} on 127.0.0.1 is taken (listener 'metrics')`,
      fix: expect.stringContaining("listener 'metrics'"),
    });
  });

  test('an address that this machine does not have is a wrong setting', async () => {
    await expect(start({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('192.0.2.1'),
    });
  });
}
