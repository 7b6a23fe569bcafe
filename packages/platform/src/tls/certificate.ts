import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

/** What a listener shows its clients: a certificate with its chain, and its key, both as PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: TlsVersion;
}

/** A certificate that was read and can be used. */
export interface Certificate extends TlsIdentity {
  readonly notAfterMs: number;
  /** Exact host names and addresses that it is for, as they stand in `Host`: `localhost`, `10.0.0.5`, `[::1]`. */
  readonly names: readonly string[];
  /** No authority stands behind it: clients must be told to trust it. */
  readonly isSelfSigned: boolean;
}

/** Where a certificate and its key are, with the settings that say so. */
export interface CertificatePaths {
  /** `http.tls`. */
  readonly setting: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly minVersion: TlsVersion;
}

/** A chain of a dozen certificates has some 30 kB. */
const fileBytesMax = 1_048_576;

/** Two files as they were read, not looked at yet. */
export interface CertificateTexts {
  readonly cert: string;
  readonly key: string;
}

/** @throws ClusterError CONFIG_INVALID that names setting and file when one is missing or cannot be read. */
export async function readTexts({ setting, certFile, keyFile }: CertificatePaths): Promise<CertificateTexts> {
  return {
    cert: await readText(`${setting}.certFile`, certFile),
    key: await readText(`${setting}.keyFile`, keyFile),
  };
}

/**
 * Checks that a certificate and its key can be used now.
 * @throws ClusterError CONFIG_INVALID that names setting and file: it holds something else, the two do not belong
 * together, or the certificate is not valid yet or any more.
 */
export function checkCertificate(texts: CertificateTexts, paths: CertificatePaths, nowMs = Date.now()): Certificate {
  const { setting, certFile, keyFile, minVersion } = paths;
  const { cert, key } = texts;
  const leaf = parseCertificate(`${setting}.certFile`, certFile, cert);
  if (!leaf.checkPrivateKey(parseKey(`${setting}.keyFile`, keyFile, key))) {
    throw new ClusterError(
      'CONFIG_INVALID',
      `${setting}.keyFile: the key in ${keyFile} is not that of the certificate in ${certFile}`,
      { fix: 'name the two files that were made together; a chain begins with the certificate of this server' },
    );
  }
  assertValid(`${setting}.certFile`, certFile, leaf, nowMs);
  try {
    createSecureContext({ cert, key, minVersion });
  } catch (cause) {
    throw new ClusterError(
      'CONFIG_INVALID',
      `${setting}: ${certFile} and ${keyFile} cannot be used: ${textOf(cause)}`,
      {
        cause,
      },
    );
  }
  return {
    cert,
    key,
    minVersion,
    notAfterMs: leaf.validToDate.getTime(),
    names: namesOf(leaf),
    isSelfSigned: leaf.checkIssued(leaf),
  };
}

async function readText(setting: string, path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(fileBytesMax + 1));
      if (bytesRead <= fileBytesMax) return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new ClusterError('CONFIG_INVALID', `${setting}: the file ${path} cannot be read: ${textOf(cause)}`, {
      cause,
    });
  }
  throw new ClusterError('CONFIG_INVALID', `${setting}: the file ${path} is larger than ${fileBytesMax} bytes`);
}

function parseCertificate(setting: string, path: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new ClusterError('CONFIG_INVALID', `${setting}: the file ${path} holds no certificate in PEM form`, {
      cause,
    });
  }
}

function parseKey(setting: string, path: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    // The parser's error is left behind: it could quote the file.
    if (!/ENCRYPTED/.test(text)) {
      throw new ClusterError('CONFIG_INVALID', `${setting}: the file ${path} holds no private key in PEM form`);
    }
    throw new ClusterError('CONFIG_INVALID', `${setting}: the file ${path} holds a key that needs a passphrase`, {
      fix: `remove the passphrase: openssl pkey -in ${path} -out <new file>`,
    });
  }
}

function assertValid(setting: string, path: string, leaf: X509Certificate, nowMs: number): void {
  const { validFromDate, validToDate } = leaf;
  if (nowMs >= validToDate.getTime()) {
    throw new ClusterError(
      'CONFIG_INVALID',
      `${setting}: the certificate in ${path} expired at ${validToDate.toISOString()}`,
      { fix: 'renew it' },
    );
  }
  if (nowMs < validFromDate.getTime()) {
    throw new ClusterError(
      'CONFIG_INVALID',
      `${setting}: the certificate in ${path} is not valid before ${validFromDate.toISOString()}`,
      { fix: 'check the clock of this machine, or wait' },
    );
  }
}

/** Wildcards are left out: what asks needs names that stand for this server alone. */
function namesOf({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? '').split(', ').flatMap((entry) => {
    const [, kind, value = ''] = /^(DNS|IP Address):([A-Za-z0-9.:_-]+)$/.exec(entry) ?? [];
    if (kind === undefined) return [];
    if (kind === 'DNS') return [value.toLowerCase()];
    // OpenSSL writes all eight groups; `Host` has the short form.
    return [value.includes(':') ? (URL.parse(`http://[${value}]`)?.hostname ?? value) : value];
  });
}

function textOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if ('code' in thrown && thrown.code === 'ENOENT') return 'it does not exist';
  if ('code' in thrown && thrown.code === 'EACCES') return 'this user may not read it';
  return thrown.message;
}
