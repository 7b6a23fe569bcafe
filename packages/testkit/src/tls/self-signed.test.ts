import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSignedCertificate } from './self-signed.ts';

test('certificates can be read and verified, whatever length their signatures happen to have', () => {
  for (let turn = 0; turn < 100; turn += 1) {
    const certificate = new X509Certificate(selfSignedCertificate().cert);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.ca).toBe(true);
    expect(certificate.validFromDate.getTime()).toBeLessThan(Date.now());
  }
});
