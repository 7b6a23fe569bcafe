import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate with its key, both as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Host names and IPv4 addresses that it is for; the first is its subject too. */
  readonly names?: readonly string[];
  /** Days from now, both. */
  readonly validDays?: readonly [from: number, to: number];
}

/**
 * Makes a certificate that signs itself, by default for `localhost` and 127.0.0.1 and valid from yesterday on for a week
 * (X.509 v3, RFC 5280; ECDSA with P-256 and SHA-256), so that tests can speak TLS without a tool or a stored key.
 */
export function selfSignedCertificate(options: CertificateOptions = {}): Certificate {
  return makeCertificate(options, null);
}

/** An authority that tests may trust, and the certificates that it issues. */
export interface Authority {
  readonly cert: string;
  issue(options?: CertificateOptions): Certificate;
}

export function createAuthority(): Authority {
  const name = 'Authority of a test';
  const own = makeCertificate({ names: [name] }, null);
  return { cert: own.cert, issue: (options = {}) => makeCertificate(options, { name, key: own.key }) };
}

function makeCertificate(
  { names = ['localhost', '127.0.0.1'], validDays = [-1, 6] }: CertificateOptions,
  issuer: { readonly name: string; readonly key: string } | null,
): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = names[0] ?? 'nobody';
  const algorithm = sequence(oid('2a8648ce3d040302'));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguishedName(issuer?.name ?? subject),
    sequence(utcTime(validDays[0]), utcTime(validDays[1])),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(alternativeNames(names), ...(issuer === null ? [isAuthority()] : []))),
  );
  const signature = sign('sha256', body, issuer?.key ?? privateKey);
  const certificate = sequence(body, algorithm, tagged(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(commonName)))));
}

function alternativeNames(names: readonly string[]): Buffer {
  const entries = names.map((name) =>
    isIP(name) === 4 ? tagged(0x87, Buffer.from(name.split('.').map(Number))) : tagged(0x82, Buffer.from(name)),
  );
  return sequence(oid('551d11'), tagged(0x04, sequence(...entries)));
}

/** Only then is it accepted as its own issuer. */
function isAuthority(): Buffer {
  return sequence(oid('551d13'), tagged(0x04, sequence(tagged(0x01, Buffer.from([0xff])))));
}

/** DER: a tag, the length and the content (ITU-T X.690). */
function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes);

function utcTime(days: number): Buffer {
  const text = new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tagged(0x17, Buffer.from(text.slice(2)));
}
