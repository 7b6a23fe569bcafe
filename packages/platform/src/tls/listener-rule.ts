import { isLoopbackAddress } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '../log/log.ts';
import { CertificateFiles } from './certificate-files.ts';
import type { CertificatePaths, TlsVersion } from './certificate.ts';

/** The settings `<listener>.tls`. */
export interface TlsSettings {
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly minVersion: TlsVersion;
}

/** What of a listener's settings decides whether it may be opened. */
export interface ListenerSettings {
  readonly host: string;
  readonly plaintext: 'loopback-only' | 'allowed';
  readonly tls?: TlsSettings;
}

/**
 * @param listener name of the group of settings: `http`.
 * @returns where certificate and key are, or null for a listener without TLS.
 * @throws ClusterError CONFIG_INVALID when one is set and the other is not.
 */
export function certificatePaths(listener: string, tls: TlsSettings): CertificatePaths | null {
  const { certFile, keyFile, minVersion } = tls;
  if (certFile === undefined && keyFile === undefined) return null;
  const setting = `${listener}.tls`;
  if (certFile !== undefined && keyFile !== undefined) return { setting, certFile, keyFile, minVersion };
  const [set, missing] = certFile === undefined ? ['keyFile', 'certFile'] : ['certFile', 'keyFile'];
  throw new ClusterError('CONFIG_INVALID', `${setting}.${set} is set and ${setting}.${missing} is not`, {
    fix: `set ${setting}.${missing} as well`,
  });
}

/**
 * Keys and predictions must not cross a network in plain text because nobody thought of it.
 * @throws ClusterError CONFIG_INVALID for a listener that other machines can reach, without TLS and without the setting
 * that says that this is meant.
 */
export function assertMayListen(listener: string, { host, plaintext, tls }: ListenerSettings): void {
  const hasTls = tls !== undefined && certificatePaths(listener, tls) !== null;
  if (hasTls || plaintext === 'allowed' || host === 'localhost' || isLoopbackAddress(host)) return;
  const withTls = tls === undefined ? '' : `set ${listener}.tls.certFile and ${listener}.tls.keyFile, or, `;
  throw new ClusterError(
    'CONFIG_INVALID',
    `${listener}.host is ${host}, which other machines can reach, and this listener has no TLS: ${withTls}${
      tls === undefined ? 'on a network that only the monitoring can reach' : 'where a proxy ends TLS in front of it'
    }, set ${listener}.plaintext to allowed`,
    { fix: `to stay on this machine, set ${listener}.host to 127.0.0.1` },
  );
}

/**
 * What a program does before it opens a listener.
 * @returns its certificate, or null for a listener in plain text.
 * @throws ClusterError CONFIG_INVALID when the listener may not be opened so, or its certificate cannot be used.
 */
export async function openCertificate(
  listener: string,
  settings: ListenerSettings & { readonly tls: TlsSettings },
  log: Logger,
): Promise<CertificateFiles | null> {
  assertMayListen(listener, settings);
  const paths = certificatePaths(listener, settings.tls);
  return paths === null ? null : CertificateFiles.open({ paths, log });
}
