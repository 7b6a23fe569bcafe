import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Browsers refuse certificates of servers that are valid for longer. */
const serverDays = '397';
const caDays = '3650';

/**
 * Makes a CA of this installation alone and a certificate for `host` under it: `ca.crt`, `ca.key`, `tls.crt`, `tls.key`.
 * Clients are given `ca.crt`.
 * @throws ClusterError CONFIG_INVALID when openssl is not there or refuses.
 */
export function makeCertificate(folder: string, host: string, mode: number): void {
  const work = mkdtempSync(join(tmpdir(), 'cluster-ai-certificate-'));
  const at = (name: string): string => join(work, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-sha256'];
  try {
    openssl([
      'req',
      '-x509',
      ...key,
      '-days',
      caDays,
      '-subj',
      `/CN=Cluster AI, CA of ${host}`.slice(0, 68),
      '-addext',
      'basicConstraints=critical,CA:TRUE,pathlen:0',
      '-addext',
      'keyUsage=critical,keyCertSign,cRLSign',
      '-keyout',
      at('ca.key'),
      '-out',
      at('ca.crt'),
    ]);
    openssl(['req', ...key, '-subj', '/O=Cluster AI', '-keyout', at('tls.key'), '-out', at('request')]);
    writeFileSync(at('extensions'), extensions(host));
    openssl([
      'x509',
      '-req',
      '-in',
      at('request'),
      '-CA',
      at('ca.crt'),
      '-CAkey',
      at('ca.key'),
      '-CAcreateserial',
      '-days',
      serverDays,
      '-sha256',
      '-extfile',
      at('extensions'),
      '-out',
      at('tls.crt'),
    ]);
    for (const name of ['ca.crt', 'tls.crt', 'tls.key', 'ca.key']) {
      copyFileSync(at(name), join(folder, name));
      // Nothing mounts the key of the CA.
      chmodSync(join(folder, name), name === 'ca.key' ? 0o600 : mode);
    }
  } finally {
    rmSync(work, { recursive: true });
  }
}

function extensions(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const names = [isIP(bare) === 0 ? `DNS:${host}` : `IP:${bare}`, ...(host === 'localhost' ? ['IP:127.0.0.1'] : [])];
  return [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth',
    // The names are what clients look at, and no subject stands beside them.
    `subjectAltName=critical,${names.join(',')}`,
    '',
  ].join('\n');
}

function openssl(args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('openssl', args, { encoding: 'utf8', timeout: 60_000 });
  if (status === 0) return;
  throw new ClusterError(
    'CONFIG_INVALID',
    error === undefined ? `openssl could not make a certificate: ${stderr.trim()}` : 'there is no openssl on PATH',
    { cause: error, fix: 'install openssl, or put a certificate and its key there as tls.crt and tls.key' },
  );
}
