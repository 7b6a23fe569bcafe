import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterAll, expect, test } from 'vitest';
import { checkCertificate, readTexts, type Certificate, type CertificatePaths } from './certificate.ts';

const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = selfSignedCertificate();
let count = 0;

function paths(cert: string | null, key: string | null): CertificatePaths {
  count += 1;
  const certFile = join(folder, `${count}.crt`);
  const keyFile = join(folder, `${count}.key`);
  if (cert !== null) writeFileSync(certFile, cert);
  if (key !== null) writeFileSync(keyFile, key);
  return { setting: 'http.tls', certFile, keyFile, minVersion: 'TLSv1.2' };
}

const read = async (at: CertificatePaths): Promise<Certificate> => checkCertificate(await readTexts(at), at);

test('a certificate with its key is read, with its names and its end', async () => {
  const authority = createAuthority();
  const names = ['Door.Example', '10.0.0.7', '*.wild.example', 'localhost'];
  const issued = authority.issue({ names, validDays: [-1, 10] });
  const certificate = await read(paths(`${issued.cert}${authority.cert}`, issued.key));
  expect(certificate.names).toEqual(['door.example', '10.0.0.7', 'localhost']);
  expect(certificate.notAfterMs / 86_400_000).toBeCloseTo(Date.now() / 86_400_000 + 10, 2);
  expect(certificate.cert).toContain(authority.cert);
  expect(certificate.isSelfSigned).toBe(false);
  expect((await read(paths(good.cert, good.key))).isSelfSigned).toBe(true);
});

const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
}).privateKey;
const expired = selfSignedCertificate({ validDays: [-10, -2] });
const future = selfSignedCertificate({ validDays: [2, 5] });
const weak = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

test.each([
  ['no certificate', null, good.key, /^http\.tls\.certFile: the file .*\.crt cannot be read: it does not exist$/],
  ['no key', good.cert, null, /^http\.tls\.keyFile: the file .*\.key cannot be read: it does not exist$/],
  ['something else', 'hello', good.key, /^http\.tls\.certFile: the file .*\.crt holds no certificate in PEM form$/],
  ['something else as key', good.cert, 'hello', /^http\.tls\.keyFile: the file .* holds no private key in PEM form$/],
  ['a key with a passphrase', good.cert, encrypted, /holds a key that needs a passphrase$/],
  ["the two in each other's place", good.key, good.cert, /holds no certificate in PEM form$/],
  ['the key of another', good.cert, selfSignedCertificate().key, /the key in .* is not that of the certificate in /],
  ['a key of another kind', good.cert, String(weak), /the key in .* is not that of the certificate in /],
  ['one that has expired', expired.cert, expired.key, /the certificate in .* expired at \d{4}-/],
  ['one that is not valid yet', future.cert, future.key, /the certificate in .* is not valid before \d{4}-/],
  ['an endless file', 'x'.repeat(2_000_000), good.key, /is larger than 1048576 bytes$/],
])('%s is refused, and the sentence says where', async (_what, cert, key, message) => {
  await expect(read(paths(cert, key))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(message),
  });
});

test('a folder, and a file that may not be read, are refused', async () => {
  await expect(read({ ...paths(null, good.key), certFile: folder })).rejects.toThrow(/cannot be read: /);
  const closed = paths(good.cert, good.key);
  chmodSync(closed.keyFile, 0o000);
  // Root reads everything.
  if (process.getuid?.() === 0) expect((await read(closed)).names).toContain('localhost');
  else await expect(read(closed)).rejects.toThrow('cannot be read: this user may not read it');
});

test('what a file holds is in no error', async () => {
  const secret = 'a-secret-that-somebody-put-there';
  for (const at of [paths(secret, good.key), paths(good.cert, secret)]) {
    const error: unknown = await read(at).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(secret);
  }
});
