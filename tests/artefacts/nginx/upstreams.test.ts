import { request } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { CallHandler, Edge } from '@cluster-ai/platform/edge/edge.ts';
import { startOwnHttpEdge } from '@cluster-ai/platform/edge/own-http-edge.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { sendExactly, type ExactAnswer } from '../../integration/send-exactly.ts';
import { freePort, pause, until } from '../../start-platform.ts';
import { startBehind, type Behind } from './behind.ts';
import { startNameServer } from './name-server.ts';
import { startFrontDoor, type FrontDoor } from './start-front-door.ts';

// Programs behind that die, come back elsewhere, or are restarted one after the other under load.

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(settings: Readonly<Record<string, string>>): Promise<FrontDoor> {
  const door = await startFrontDoor({ settings });
  closing.push(() => door.stop());
  return door;
}

async function behind(host: string, port = 0): Promise<Behind> {
  const program = await startBehind((incoming, response) => incoming.resume().on('end', () => response.end(host)), {
    host,
    port,
  });
  closing.push(() => program.close());
  return program;
}

const send = (door: FrontDoor, method: string, path: string): Promise<ExactAnswer> =>
  sendExactly({
    address: '127.0.0.1',
    port: door.port,
    method,
    path,
    headers: { host: 'a' },
    ...(method === 'POST' ? { body: 'x' } : {}),
  });

/** Takes connections, reads, and cuts them: what came may have been worked on. */
async function cuttingServer(host: string): Promise<{ readonly address: string; readonly taken: () => number }> {
  let taken = 0;
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      taken += 1;
      socket.resetAndDestroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  // A server that listens on a port has an address of this form.
  return { address: `${host}:${(server.address() as AddressInfo).port}`, taken: () => taken };
}

describe('of two gateways, one is away', () => {
  test('nothing is lost: neither what may be repeated nor what may not', async () => {
    const alive = await behind('127.0.0.2');
    const door = await open({ GATEWAYS: `127.0.0.3:${await freePort()} ${alive.address}` });
    for (let round = 0; round < 6; round += 1) {
      for (const method of ['GET', 'POST']) expect((await send(door, method, '/v2/models/m/infer')).status).toBe(200);
    }
    expect(alive.requests).toHaveLength(12);
  });

  test('what has reached one is not sent again, unless it only asks', async () => {
    const alive = await behind('127.0.0.2');
    const cutting = await cuttingServer('127.0.0.3');
    const door = await open({ GATEWAYS: `${cutting.address} ${alive.address}` });
    const posts = await Promise.all(Array.from({ length: 8 }, () => send(door, 'POST', '/v2/models/m/infer')));
    const failed = posts.filter(({ status }) => status !== 200);
    // Each came to one of them, and to no other.
    expect(cutting.taken() + alive.requests.length).toBe(8);
    expect(failed.length).toBe(cutting.taken());
    expect(failed.length).toBe(4);
    for (const { status, body, headers } of failed) {
      expect([status, headers['retry-after'], headers['cache-control']]).toEqual([503, '1', 'no-store']);
      expect(JSON.parse(body)).toMatchObject({ code: 'GATEWAY_UNAVAILABLE' });
    }
    for (let round = 0; round < 4; round += 1) expect((await send(door, 'GET', '/v2/models')).status).toBe(200);
  });

  test('an answer that is an error is not tried elsewhere', async () => {
    let failures = 0;
    const failing = await startBehind((_incoming, response) => {
      failures += 1;
      response.writeHead(503).end('full');
    });
    closing.push(() => failing.close());
    const door = await open({ GATEWAYS: `${failing.address} ${failing.address}` });
    expect((await send(door, 'POST', '/v2/models/m/infer')).body).toBe('full');
    expect(failures).toBe(1);
  });
});

test('nobody there: both say so in the form of the API, and the probe of readiness is red, that of life green', async () => {
  const door = await open({});
  const cases = [
    ['/api/v1/overview', 'CONTROL_PLANE_UNAVAILABLE'],
    ['/v2/models', 'GATEWAY_UNAVAILABLE'],
    ['/predict/v2', 'CONTROL_PLANE_UNAVAILABLE'],
    ['/readyz', 'GATEWAY_UNAVAILABLE'],
  ] as const;
  for (const [path, code] of cases) {
    const answer = await send(door, 'GET', path);
    expect([path, answer.status, (JSON.parse(answer.body) as { code: string }).code]).toEqual([path, 503, code]);
  }
  expect((await send(door, 'GET', '/livez')).status).toBe(200);
});

describe('readiness of the front door', () => {
  const answering = async (status: number, body: string): Promise<Behind> => {
    const program = await startBehind((_incoming, response) => response.writeHead(status).end(body));
    closing.push(() => program.close());
    return program;
  };
  const readiness = async (settings: Readonly<Record<string, string>>) => {
    const { status, body } = await send(await open(settings), 'GET', '/readyz');
    return { status, body };
  };

  test('is that of the control plane, in its own words, while a gateway is ready', async () => {
    const [ready, starting] = [await answering(200, ''), await answering(503, '')];
    const well = await answering(200, '{"ready":true}');
    const unwell = await answering(503, '{"ready":false}');
    // The one that is not ready is asked first, or second.
    for (const gateways of [`${starting.address} ${ready.address}`, `${ready.address} ${starting.address}`]) {
      const both = { BACKEND: well.address, GATEWAYS: gateways };
      expect(await readiness(both)).toEqual({ status: 200, body: '{"ready":true}' });
    }
    const red = { BACKEND: unwell.address, GATEWAYS: ready.address };
    expect(await readiness(red)).toEqual({ status: 503, body: '{"ready":false}' });
    expect(ready.requests.map(({ method, url }) => `${method} ${url}`)).toContain('GET /v2/health/ready');
  });

  test('is red without a control plane, without a gateway, and while no gateway is ready', async () => {
    const [ready, starting] = [await answering(200, ''), await answering(503, '')];
    const well = await answering(200, '{"ready":true}');
    const cases = [
      [{ GATEWAYS: ready.address }, 'CONTROL_PLANE_UNAVAILABLE'],
      [{ BACKEND: well.address }, 'GATEWAY_UNAVAILABLE'],
      [{ BACKEND: well.address, GATEWAYS: starting.address }, 'GATEWAY_UNAVAILABLE'],
    ] as const;
    for (const [settings, code] of cases) {
      const { status, body } = await readiness(settings);
      expect([status, (JSON.parse(body) as { code: string }).code]).toEqual([503, code]);
    }
  });

  test('tells the gateway nothing of who asks', async () => {
    const ready = await answering(200, '');
    const well = await answering(200, '{"ready":true}');
    const door = await open({ BACKEND: well.address, GATEWAYS: ready.address });
    const headers = { authorization: 'Bearer a-key', cookie: 'a=b' };
    expect((await fetch(`${door.url}/readyz`, { headers })).status).toBe(200);
    const [seen] = ready.requests;
    expect([seen?.headers['authorization'], seen?.headers['cookie']]).toEqual([undefined, undefined]);
  });
});

describe('names', () => {
  test('containers that come back under other addresses are found, without a reload', async () => {
    const names = await startNameServer();
    closing.push(() => names.close());
    const port = await freePort();
    const first = await behind('127.0.0.2', port);
    await behind('127.0.0.3', port);
    names.names.set('inference-gateway', ['127.0.0.2']);
    const door = await open({ GATEWAYS: `inference-gateway:${port}`, RESOLVER: names.address });
    expect((await send(door, 'POST', '/v2/models/m/infer')).body).toBe('127.0.0.2');
    names.names.set('inference-gateway', ['127.0.0.3']);
    await first.close();
    const tookMs = await until(
      'the other address',
      10_000,
      async () => (await send(door, 'POST', '/v2')).body === '127.0.0.3',
    );
    console.log(`the name leads to the other address after ${Math.round(tookMs)} ms`);
    expect(names.questions()).toBeLessThan(40);
  });

  test('all addresses of a name are used, and one that is away costs nothing', async () => {
    const names = await startNameServer();
    closing.push(() => names.close());
    const port = await freePort();
    const two = [await behind('127.0.0.2', port), await behind('127.0.0.3', port)];
    names.names.set('gateways.internal', ['127.0.0.2', '127.0.0.3', '127.0.0.4']);
    const door = await open({ GATEWAYS: `gateways.internal:${port}`, RESOLVER: names.address });
    // Who waits for a lookup is given what it found in one order, all alike; between two lookups each request has its own.
    const answers: Awaited<ReturnType<typeof send>>[] = [];
    for (let wave = 0; wave < 6; wave += 1) {
      await send(door, 'GET', '/v2');
      const sent = Array.from({ length: 20 }, () => send(door, 'POST', '/v2/models/m/infer'));
      answers.push(...(await Promise.all(sent)));
    }
    expect(answers.map(({ status }) => status)).toEqual(Array(120).fill(200));
    for (const { requests } of two) expect(requests.length).toBeGreaterThan(10);
  });

  test('nginx starts although nobody knows the names yet', async () => {
    const names = await startNameServer();
    closing.push(() => names.close());
    const backend = await behind('127.0.0.2');
    const door = await open({ BACKEND: `backend:${backend.port}`, GATEWAYS: 'nobody:8000', RESOLVER: names.address });
    expect((await send(door, 'GET', '/api/v1/overview')).status).toBe(503);
    names.names.set('backend', ['127.0.0.2']);
    await until(
      'the backend is found',
      10_000,
      async () => (await send(door, 'GET', '/api/v1/overview')).status === 200,
    );
  });
});

test('a canary has its share of the requests, and another one after a reload', async () => {
  const [stable, canary] = [await behind('127.0.0.2'), await behind('127.0.0.3')];
  const settings = (percent: number): Record<string, string> => ({
    GATEWAYS: `${stable.address} ${canary.address}=${percent}`,
  });
  const door = await open(settings(10));
  const share = async (): Promise<number> => {
    canary.requests.length = 0;
    const many = Array.from({ length: 20 }, async () => {
      for (let sent = 0; sent < 20; sent += 1) {
        expect((await send(door, 'POST', '/v2/models/m/infer')).status).toBe(200);
      }
    });
    await Promise.all(many);
    return canary.requests.length / 4;
  };
  const shares = [await share()];
  for (const percent of [50, 0]) {
    door.render(settings(percent));
    await door.reload();
    // Workers of before take no new connections; a moment until the last of them has seen the signal.
    await pause(100);
    shares.push(await share());
  }
  console.log(`10, 50 and 0 percent of 400 requests each: ${shares.join(', ')}`);
  expect(shares[0]).toBeGreaterThan(3);
  expect(shares[0]).toBeLessThan(20);
  expect(shares[1]).toBeGreaterThan(35);
  expect(shares[1]).toBeLessThan(65);
  expect(shares[2]).toBe(0);
});

describe('under load', () => {
  const echo: CallHandler = async (call, reply) => {
    const body = await call.body();
    await pause(3);
    reply.send(200, [], body);
  };

  const start = (host: string, port: number): Promise<Edge> =>
    startOwnHttpEdge(
      {
        listenerId: 'inference',
        host,
        port,
        bodyBytesMax: 1_000_000,
        headerBytesMax: 32_768,
        connectionsMax: 1_000,
        requestTimeoutMs: 30_000,
        answerTimeoutMs: 30_000,
        idleTimeoutMs: 75_000,
        onDefect: (defect) => {
          throw new Error('our server met something that it did not foresee', { cause: defect });
        },
      },
      echo,
    );

  /** Clients that send one POST after the other, each over a connection of its own. */
  function load(door: FrontDoor): { stop: () => Promise<{ readonly sent: number; readonly lost: string[] }> } {
    const lost: string[] = [];
    let sent = 0;
    let stopped = false;
    const one = (): Promise<string | null> =>
      new Promise((resolve) => {
        const body = `prediction ${(sent += 1)}`;
        const call = request({
          host: '127.0.0.1',
          port: door.port,
          method: 'POST',
          path: '/v2/models/m/infer',
          agent: false,
        });
        call.on('error', (error) => resolve(error.message));
        call.on('response', (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve(response.statusCode === 200 && text === body ? null : `${response.statusCode} ${text}`),
          );
        });
        call.end(body);
      });
    const clients = Array.from({ length: 8 }, async () => {
      while (!stopped) {
        const problem = await one();
        if (problem !== null) lost.push(problem);
      }
    });
    return {
      stop: async () => {
        stopped = true;
        await Promise.all(clients);
        return { sent, lost };
      },
    };
  }

  test('a rolling restart loses no request, when nginx is told first to send nothing more to the one that stops', async () => {
    const addresses = [`127.0.0.2:${await freePort()}`, `127.0.0.3:${await freePort()}`];
    const begin = (address: string): Promise<Edge> => start(address.split(':')[0] ?? '', Number(address.split(':')[1]));
    const gateways = new Map<string, Edge>();
    for (const address of addresses) gateways.set(address, await begin(address));
    closing.push(() => Promise.all([...gateways.values()].map((edge) => edge.close(1_000))));
    const door = await open({ GATEWAYS: addresses.join(' ') });
    const leadTo = async (to: readonly string[]): Promise<void> => {
      door.render({ GATEWAYS: to.join(' ') });
      await door.reload();
    };
    const running = load(door);
    for (const address of addresses) {
      await leadTo(addresses.filter((other) => other !== address));
      // Workers of before end when what they have taken is answered.
      await until('workers of before have ended', 10_000, () => door.workers() === 1);
      await gateways.get(address)?.close(5_000);
      gateways.set(address, await begin(address));
      await leadTo(addresses);
    }
    const { sent, lost } = await running.stop();
    console.log(`${sent} predictions while both gateways were restarted, ${lost.length} lost`);
    expect(lost).toEqual([]);
    expect(sent).toBeGreaterThan(50);
  });
});
