import { once } from 'node:events';
import { Agent, request as httpsRequest } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expectTimely, get, hostLine } from '@cluster-ai/testkit/edge/edge-stage.ts';
import { testEdge } from '@cluster-ai/testkit/edge/edge-suite.ts';
import { createTestHandler } from '@cluster-ai/testkit/edge/test-handler.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterEach, describe, expect, test } from 'vitest';
import type { Edge, EdgeOptions, StartEdge } from './edge.ts';
import { startNodeHttpEdge } from './node-http-edge.ts';
import { startOwnHttpEdge } from './own-http-edge.ts';

const first = { ...selfSignedCertificate(), minVersion: 'TLSv1.2' } as const;
const second = { ...selfSignedCertificate(), minVersion: 'TLSv1.2' } as const;

const edges: Edge[] = [];

afterEach(async () => {
  for (const edge of edges.splice(0)) await edge.close(0);
});

interface Answer {
  readonly body: string;
  readonly socket: TLSSocket;
  readonly certificate: string;
  readonly protocol: string | null;
}

async function ask(port: number, agent: Agent): Promise<Answer> {
  const call = httpsRequest({ host: '127.0.0.1', port, path: '/echo', method: 'POST', agent, servername: 'localhost' });
  call.end('hello');
  const [response] = await once(call, 'response');
  const { socket } = response;
  const seen = { socket, certificate: socket.getPeerCertificate().fingerprint256, protocol: socket.getProtocol() };
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { ...seen, body };
}

async function startWith(startEdge: StartEdge, changed: Partial<EdgeOptions>): Promise<Edge> {
  const edge = await startEdge(
    {
      listenerId: 'test',
      host: '127.0.0.1',
      port: 0,
      tls: first,
      bodyBytesMax: 100_000,
      headerBytesMax: 8_192,
      connectionsMax: 1_000,
      requestTimeoutMs: 30_000,
      answerTimeoutMs: 30_000,
      idleTimeoutMs: 30_000,
      onDefect: (error) => {
        throw error;
      },
      ...changed,
    },
    createTestHandler().handler,
  );
  edges.push(edge);
  return edge;
}

const servers: readonly (readonly [string, StartEdge])[] = [
  ['node:https', startNodeHttpEdge],
  ['own HTTPS', startOwnHttpEdge],
];

for (const [name, startEdge] of servers) testEdge(name, startEdge, first);

describe.each(servers)('%s', (_name, startEdge) => {
  testCertificates((changed = {}) => startWith(startEdge, changed));
});

type Start = (changed?: Partial<EdgeOptions>) => Promise<Edge>;

function testCertificates(start: Start): void {
  describe('another certificate', () => {
    test('is shown to the next connection, and those that are open go on', async () => {
      const edge = await start();
      const kept = new Agent({ keepAlive: true, maxSockets: 1, ca: first.cert });
      const before = await ask(edge.port, kept);
      edge.setTls(second);
      const same = await ask(edge.port, kept);
      expect(same.body).toBe('hello');
      expect(same.socket).toBe(before.socket);
      const after = await ask(edge.port, new Agent({ ca: second.cert }));
      expect(after.certificate).not.toBe(before.certificate);
      kept.destroy();
    });

    test('that cannot be used changes nothing', async () => {
      const edge = await start();
      expect(() => edge.setTls({ ...second, key: first.key })).toThrow(/key values mismatch/);
      expect((await ask(edge.port, new Agent({ ca: first.cert }))).body).toBe('hello');
    });
  });

  test('a client that speaks an older version than the least one is refused', async () => {
    const edge = await start({ tls: { ...first, minVersion: 'TLSv1.3' } });
    const old = connectTls({ port: edge.port, host: '127.0.0.1', ca: first.cert, maxVersion: 'TLSv1.2' });
    await expect(once(old, 'secureConnect')).rejects.toThrow(/protocol version|handshake failure/i);
    expect((await ask(edge.port, new Agent({ ca: first.cert }))).protocol).toBe('TLSv1.3');
  });

  test('a request in plain text is not answered, and the next client is served', async () => {
    const edge = await start();
    const plain = connectPlain(edge.port, '127.0.0.1');
    plain.on('error', () => plain.destroy());
    plain.write(get('/echo'));
    let received = '';
    plain.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    await once(plain, 'close');
    expect(received).not.toContain('200');
    expect((await ask(edge.port, new Agent({ ca: first.cert }))).body).toBe('hello');
  });

  describe('a handshake that never ends', () => {
    test('is cut after the request timeout', async () => {
      const edge = await start({ requestTimeoutMs: 300 });
      const silent = connectPlain(edge.port, '127.0.0.1');
      silent.resume();
      await expectTimely(300, async () => {
        await once(silent, 'close');
      });
    });

    test('does not hold up the end', async () => {
      const edge = await start();
      const silent = connectPlain(edge.port, '127.0.0.1');
      silent.resume();
      await once(silent, 'connect');
      await expectTimely(500, async () => {
        expect(await edge.close(20_000)).toBe(0);
      });
    });

    test('does not take the place of a client that went away', async () => {
      const edge = await start({ connectionsMax: 1 });
      const silent = connectPlain(edge.port, '127.0.0.1');
      await once(silent, 'connect');
      silent.write(hostLine);
      silent.destroy();
      await once(silent, 'close');
      await expect
        .poll(() =>
          ask(edge.port, new Agent({ ca: first.cert })).then(
            ({ body }) => body,
            () => '',
          ),
        )
        .toBe('hello');
    });
  });
}
