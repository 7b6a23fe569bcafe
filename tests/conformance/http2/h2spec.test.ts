import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { expect, test } from 'vitest';
import { runH2spec } from './run-h2spec.ts';
import { startTextServer } from './text-server.ts';

/** All cases of the version in `h2spec/go.mod`. */
const cases = 146;

test.each([
  ['plain', undefined],
  ['over TLS', { ...selfSignedCertificate(), minVersion: 'TLSv1.2' } as const],
])('our HTTP/2 passes h2spec whole, %s', async (_how, tls) => {
  const server = await startTextServer(tls);
  const verdict = await runH2spec(server.port, { tls: tls !== undefined });
  server.stop();
  expect(verdict).toEqual({ passed: cases, skipped: 0, failed: 0, failures: '' });
});
