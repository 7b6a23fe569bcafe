import { toClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '../log/log.ts';
import { checkCertificate, readTexts, type Certificate, type CertificatePaths } from './certificate.ts';

/** How often the files are read again: a certificate that was renewed is in use after this time and a moment. */
const checkEveryMs = 2_000;

const dayMs = 86_400_000;
const warnBeforeMs = 30 * dayMs;

export interface CertificateFilesOptions {
  readonly paths: CertificatePaths;
  readonly log: Logger;
  readonly checkEveryMs?: number;
}

/** What `/metrics` says of a listener with TLS. */
export interface TlsFigures {
  readonly notAfterMs: number;
  readonly reloads: number;
  readonly reloadFailures: number;
}

/**
 * A certificate that follows its files. They are read again and again instead of being watched: secrets of Kubernetes are
 * swapped through links, editors rename, network file systems tell nobody; two small files cost nothing to read.
 * What cannot be used is told and counted, and the certificate before it stays.
 */
export class CertificateFiles {
  private readonly options: CertificateFilesOptions;
  private timer: NodeJS.Timeout | null = null;
  private onChange: (certificate: Certificate) => void = () => undefined;
  private present: Certificate;
  private reloadCount = 0;
  private failureCount = 0;
  /** What the last look failed with. One that fails once may have met two files that were being written. */
  private failure: { readonly message: string; readonly told: boolean } | null = null;
  private warnedAtMs = 0;

  private constructor(options: CertificateFilesOptions, present: Certificate) {
    this.options = options;
    this.present = present;
  }

  /** @throws ClusterError CONFIG_INVALID as `readTexts` and `checkCertificate` do. */
  static async open(options: CertificateFilesOptions): Promise<CertificateFiles> {
    const { paths } = options;
    const files = new CertificateFiles(options, checkCertificate(await readTexts(paths), paths));
    files.warnOfExpiry(Date.now());
    return files;
  }

  get current(): Certificate {
    return this.present;
  }

  get figures(): TlsFigures {
    return {
      notAfterMs: this.present.notAfterMs,
      reloads: this.reloadCount,
      reloadFailures: this.failureCount,
    };
  }

  /** @param onChange gives the clients that come from then on the new certificate; what it throws counts as a bad file. */
  start(onChange: (certificate: Certificate) => void): void {
    this.onChange = onChange;
    this.schedule();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private schedule(): void {
    this.timer = setTimeout(() => void this.check(), this.options.checkEveryMs ?? checkEveryMs);
    this.timer.unref();
  }

  private async check(): Promise<void> {
    try {
      const { paths } = this.options;
      const texts = await readTexts(paths);
      const isNew = texts.cert !== this.present.cert || texts.key !== this.present.key;
      if (isNew) this.use(checkCertificate(texts, paths));
      this.failure = null;
    } catch (thrown) {
      this.fail(toClusterError(thrown).message);
    }
    this.warnOfExpiry(Date.now());
    if (this.timer !== null) this.schedule();
  }

  private use(certificate: Certificate): void {
    const { paths, log } = this.options;
    this.onChange(certificate);
    this.present = certificate;
    this.reloadCount += 1;
    this.warnedAtMs = 0;
    log.info({ certFile: paths.certFile, notAfter: dateText(certificate.notAfterMs) }, 'a new certificate is in use');
  }

  private fail(message: string): void {
    const repeats = this.failure?.message === message;
    const told = repeats && this.failure?.told === true;
    if (repeats && !told) {
      this.failureCount += 1;
      this.options.log.error(
        { reason: message, notAfter: dateText(this.present.notAfterMs) },
        `the new certificate cannot be used: ${message}; the one before it stays in use`,
      );
    }
    this.failure = { message, told: repeats };
  }

  /** Each day within the last thirty. */
  private warnOfExpiry(nowMs: number): void {
    const leftMs = this.present.notAfterMs - nowMs;
    if (leftMs > warnBeforeMs || nowMs - this.warnedAtMs < dayMs) return;
    this.warnedAtMs = nowMs;
    const fields = { certFile: this.options.paths.certFile, notAfter: dateText(this.present.notAfterMs) };
    if (leftMs <= 0) this.options.log.error(fields, 'the certificate has expired: clients refuse it');
    else this.options.log.warn(fields, `the certificate expires in ${Math.ceil(leftMs / dayMs)} days`);
  }
}

function dateText(ms: number): string {
  return new Date(ms).toISOString();
}
