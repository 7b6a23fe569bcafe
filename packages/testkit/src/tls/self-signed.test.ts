import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthority, selfSignedCertificate } from './self-signed.ts';

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

test('an authority issues certificates that are not authorities themselves', () => {
  const authority = createAuthority();
  const issued = new X509Certificate(authority.issue({ names: ['door.example', '10.0.0.7'] }).cert);
  expect(issued.checkIssued(new X509Certificate(authority.cert))).toBe(true);
  expect(issued.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
  expect(issued.ca).toBe(false);
  expect(issued.checkHost('door.example')).toBe('door.example');
  expect(issued.checkIP('10.0.0.7')).toBe('10.0.0.7');
});
