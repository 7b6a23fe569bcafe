import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from 'node:tls';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/** What a TLS client needs to know to trust a server. */
export type TrustOptions = Pick<ConnectionOptions, 'ca' | 'allowPartialTrustChain' | 'checkServerIdentity'>;

const certificateText = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const fileBytesMax = 1_048_576;

/**
 * Files with certificates that servers are checked against, in place of the CAs of the system: an authority, or the very
 * certificate of a server. One that shows a certificate of a file itself needs no matching name: programs of one
 * machine call each other by address, which few certificates are for. The files are read again when one has changed.
 */
export class CaFiles {
  private readonly setting: string;
  private readonly paths: readonly string[];
  private read: { readonly stamp: string; readonly options: TrustOptions };

  /** @throws ClusterError CONFIG_INVALID for a file that cannot be read or holds no certificate. */
  constructor(setting: string, paths: readonly string[]) {
    this.setting = setting;
    this.paths = paths;
    this.read = { stamp: this.stamp(), options: this.load() };
  }

  /** For the next connection. A file that has become unusable counts as it was. */
  options(): TrustOptions {
    const stamp = this.stamp();
    if (stamp !== this.read.stamp) {
      try {
        this.read = { stamp, options: this.load() };
      } catch {
        // It is being written, or was spoiled: connections say so when they fail, and the next one looks again.
        return this.read.options;
      }
    }
    return this.read.options;
  }

  private load(): TrustOptions {
    const certificates = this.paths.flatMap((path) => readCertificates(this.setting, path));
    const pinned = new Set(certificates.map((text) => new X509Certificate(text).fingerprint256));
    return {
      ca: certificates,
      allowPartialTrustChain: true,
      checkServerIdentity: (host: string, shown: PeerCertificate) =>
        pinned.has(shown.fingerprint256) ? undefined : checkServerIdentity(host, shown),
    };
  }

  /** Changes with the files, also when one is a link that leads elsewhere. */
  private stamp(): string {
    return this.paths
      .map((path) => statSync(path, { throwIfNoEntry: false }))
      .map((found) => (found === undefined ? '' : `${found.ino} ${found.mtimeMs} ${found.size}`))
      .join();
  }
}

function readCertificates(setting: string, path: string): string[] {
  let text: string;
  try {
    if (statSync(path).size > fileBytesMax) throw new Error(`it is larger than ${fileBytesMax} bytes`);
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ClusterError('CONFIG_INVALID', `${setting}: the file ${path} cannot be read: ${why}`, { cause });
  }
  const found = text.match(certificateText) ?? [];
  if (found.length > 0 && found.every(isCertificate)) return [...found];
  throw new ClusterError('CONFIG_INVALID', `${setting}: the file ${path} holds no certificate in PEM form`);
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}
