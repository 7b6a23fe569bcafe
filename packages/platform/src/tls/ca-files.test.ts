import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestHandler } from '@cluster-ai/testkit/edge/test-handler.ts';
import { createAuthority, selfSignedCertificate, type Certificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { Edge } from '../edge/edge.ts';
import { startNodeHttpEdge } from '../edge/node-http-edge.ts';
import { CaFiles } from './ca-files.ts';
import { trustForFetch } from './fetch-trust.ts';

const folder = mkdtempSync(join(tmpdir(), 'ca-files-'));
const usual = getGlobalDispatcher();
const edges: Edge[] = [];

afterEach(async () => {
  setGlobalDispatcher(usual);
  for (const edge of edges.splice(0)) await edge.close(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

async function serve(certificate: Certificate): Promise<{ readonly edge: Edge; readonly url: string }> {
  const edge = await startNodeHttpEdge(
    {
      listenerId: 'test',
      host: '127.0.0.1',
      port: 0,
      tls: { ...certificate, minVersion: 'TLSv1.2' },
      bodyBytesMax: 1_000,
      headerBytesMax: 8_192,
      connectionsMax: 100,
      requestTimeoutMs: 5_000,
      answerTimeoutMs: 5_000,
      idleTimeoutMs: 5_000,
      onDefect: () => undefined,
    },
    createTestHandler().handler,
  );
  edges.push(edge);
  return { edge, url: `https://127.0.0.1:${edge.port}` };
}

/** The body, or what the connection failed with. */
async function ask(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/echo`, {
      method: 'POST',
      body: 'hello',
      headers: { connection: 'close' },
    });
    return await response.text();
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error && 'code' in error.cause
      ? String(error.cause.code)
      : String(error);
  }
}

test('the very certificate of a server needs no matching name', async () => {
  const own = selfSignedCertificate({ names: ['door.example'] });
  const { url } = await serve(own);
  expect(await ask(url)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  const caFiles = new CaFiles('control.caFile', [file('own.pem', own.cert)]);
  trustForFetch((origin) => (origin === url ? caFiles : null));
  expect(await ask(url)).toBe('hello');
});

test('one that an authority issued is trusted as it is, or through its authority under its own names', async () => {
  const authority = createAuthority();
  const issued = authority.issue({ names: ['door.example'] });
  const { url } = await serve(issued);
  const itself = new CaFiles('control.caFile', [file('issued.pem', issued.cert)]);
  trustForFetch(() => itself);
  expect(await ask(url)).toBe('hello');
  const above = new CaFiles('control.caFile', [file('authority.pem', authority.cert)]);
  trustForFetch(() => above);
  expect(await ask(url)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  const { url: named } = await serve(authority.issue({ names: ['door.example', '127.0.0.1'] }));
  expect(await ask(named)).toBe('hello');
});

test('another certificate is not trusted, and servers that no file is for keep the usual rule', async () => {
  const { url } = await serve(selfSignedCertificate());
  const caFiles = new CaFiles('control.caFile', [file('other.pem', selfSignedCertificate().cert)]);
  trustForFetch(() => caFiles);
  expect(await ask(url)).not.toBe('hello');
  trustForFetch(() => null);
  expect(await ask(url)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
});

test('a renewed certificate is trusted once its file is there; a spoiled file changes nothing', async () => {
  const first = selfSignedCertificate({ names: ['door.example'] });
  const second = selfSignedCertificate({ names: ['door.example'] });
  const path = file('renewed.pem', first.cert);
  const { edge, url } = await serve(first);
  const caFiles = new CaFiles('control.caFile', [path]);
  trustForFetch(() => caFiles);
  file('renewed.pem', 'not yet');
  expect(await ask(url)).toBe('hello');
  edge.setTls({ ...second, minVersion: 'TLSv1.2' });
  expect(await ask(url)).not.toBe('hello');
  file('renewed.pem', `${second.cert}\n`);
  expect(await ask(url)).toBe('hello');
});

test.each([
  ['is not there', join(folder, 'nothing'), /^control\.caFile: the file .*nothing cannot be read: /],
  ['holds something else', file('text.pem', 'hello'), /holds no certificate in PEM form$/],
  ['is broken', file('broken.pem', '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n'), /holds no/],
])('a file that %s is refused', (_what, path, message) => {
  expect(() => new CaFiles('control.caFile', [path])).toThrow(message);
});
