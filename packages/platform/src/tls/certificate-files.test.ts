import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CertificateFiles } from './certificate-files.ts';
import type { Certificate } from './certificate.ts';

const first = selfSignedCertificate({ validDays: [-1, 100] });
const second = selfSignedCertificate({ names: ['new.example'], validDays: [-1, 100] });

let folder = '';
let opened: CertificateFiles[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'certificate-files-'));
  opened = [];
});
afterEach(() => {
  for (const files of opened) files.stop();
  rmSync(folder, { recursive: true });
});

function write(pair: { readonly cert: string; readonly key: string }, at = folder): void {
  writeFileSync(join(at, 'tls.crt'), pair.cert);
  writeFileSync(join(at, 'tls.key'), pair.key);
}

async function open(at = folder) {
  const log = new MemoryLog();
  const changes: Certificate[] = [];
  const files = await CertificateFiles.open({
    paths: { setting: 'http.tls', certFile: join(at, 'tls.crt'), keyFile: join(at, 'tls.key'), minVersion: 'TLSv1.2' },
    log,
    checkEveryMs: 20,
  });
  files.start((certificate) => void changes.push(certificate));
  opened.push(files);
  return { files, log, changes };
}

/** As long as several looks take, however busy the machine is. */
const looks = { timeout: 10_000, interval: 10 };

test('new files are in use after the next look', async () => {
  write(first);
  const { files, log, changes } = await open();
  expect(files.current.names).toEqual(['localhost', '127.0.0.1']);
  write(second);
  await expect.poll(() => changes.length, looks).toBe(1);
  expect(files.current).toMatchObject({ cert: second.cert, names: ['new.example'] });
  expect(files.figures).toMatchObject({ reloads: 1, reloadFailures: 0 });
  expect(log.messages('info')).toEqual(['a new certificate is in use']);
});

test('links that are swapped, as secrets of Kubernetes are, are followed', async () => {
  for (const [name, pair] of [
    ['one', first],
    ['two', second],
  ] as const) {
    mkdirSync(join(folder, name));
    write(pair, join(folder, name));
  }
  symlinkSync('one', join(folder, '..data'));
  symlinkSync('..data/tls.crt', join(folder, 'tls.crt'));
  symlinkSync('..data/tls.key', join(folder, 'tls.key'));
  const { changes } = await open();
  symlinkSync('two', join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  await expect.poll(() => changes.map(({ cert }) => cert), looks).toEqual([second.cert]);
});

test.each([
  ['that do not belong together', () => write({ cert: second.cert, key: first.key }), /is not that of the certificate/],
  ['that hold something else', () => write({ cert: 'oops', key: 'oops' }), /holds no certificate/],
  ['that have expired', () => write(selfSignedCertificate({ validDays: [-9, -1] })), /expired at/],
  ['that are gone', () => rmSync(join(folder, 'tls.key')), /it does not exist/],
])(
  'files %s are told and counted once, and what was before stays until they are good',
  async (_what, spoil, reason) => {
    write(first);
    const { files, log, changes } = await open();
    spoil();
    await expect.poll(() => files.figures.reloadFailures, looks).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(files.figures).toMatchObject({ reloads: 0, reloadFailures: 1 });
    expect(files.current.cert).toBe(first.cert);
    expect(changes).toEqual([]);
    expect(log.messages('error')).toEqual([expect.stringMatching(reason)]);
    write(second);
    await expect.poll(() => files.current.cert, looks).toBe(second.cert);
    expect(files.figures).toMatchObject({ reloads: 1, reloadFailures: 1 });
  },
);

test('an end that is near is told', async () => {
  write(selfSignedCertificate({ validDays: [-80, 10] }));
  const { log } = await open();
  expect(log.messages('warn')).toEqual(['the certificate expires in 10 days']);
  write(first);
  await expect.poll(() => log.messages('info'), looks).toContain('a new certificate is in use');
  expect(log.messages('warn')).toHaveLength(1);
});
