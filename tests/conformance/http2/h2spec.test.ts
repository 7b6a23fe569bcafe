import { Http2Clients } from '@cluster-ai/platform/edge/http2/http/http2-clients.ts';
import { startOwnHttpEdge } from '@cluster-ai/platform/edge/own-http-edge.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { expect, test } from 'vitest';
import { runH2spec } from './run-h2spec.ts';
import { startTextServer } from './text-server.ts';

/** All cases of the version in `h2spec/go.mod`. */
const cases = 146;

const allPassed = { passed: cases, skipped: 0, failed: 0, failures: '' };

const transports = [
  ['plain', undefined],
  ['over TLS', { ...selfSignedCertificate(), minVersion: 'TLSv1.2' } as const],
] as const;

test.each(transports)('our HTTP/2 passes h2spec whole, %s', async (_how, tls) => {
  const server = await startTextServer(tls);
  const verdict = await runH2spec(server.port, { tls: tls !== undefined });
  server.stop();
  expect(verdict).toEqual(allPassed);
});

/** In plain text, what does not begin with the preface is a request of HTTP/1.1: it gets its 400, and the connection ends. */
const prefaceCase = /^\s*Hypertext[^×]*3\.5\. HTTP\/2 Connection Preface\s+× 2: Sends invalid connection preface[^×]*$/;

test.each(transports)('and so does HTTP over it, beside HTTP/1.1, %s', async (_how, tls) => {
  const defects: unknown[] = [];
  const edge = await startOwnHttpEdge(
    {
      listenerId: 'h2spec',
      host: '127.0.0.1',
      port: 0,
      bodyBytesMax: 100_000,
      headerBytesMax: 16_384,
      connectionsMax: 1_000,
      requestTimeoutMs: 30_000,
      answerTimeoutMs: 30_000,
      idleTimeoutMs: 30_000,
      tls,
      onDefect: (error) => defects.push(error),
    },
    async (call, reply) => {
      await call.body();
      reply.send(200, [['content-type', 'text/plain']], 'a line of text\n');
    },
    (...shared) => new Http2Clients(...shared),
  );
  const verdict = await runH2spec(edge.port, { tls: tls !== undefined });
  await edge.close(0);
  const expected =
    tls === undefined
      ? { ...allPassed, passed: cases - 1, failed: 1, failures: expect.stringMatching(prefaceCase) }
      : allPassed;
  expect(verdict).toEqual(expected);
  // Bodies that their clients broke off, and no others.
  expect(defects.filter((defect) => !String(defect).includes('the client went away'))).toEqual([]);
});
