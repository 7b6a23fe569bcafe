import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { makeCertificate } from './certificate.ts';

/** Both sets mount these. */
export const secretNames = [
  'admin_token',
  'gateway_token',
  'postgres_password',
  'database_url',
  'redis_password',
  'redis_url',
] as const;

/** The production set mounts these as well. */
export const certificateNames = ['tls.crt', 'tls.key'] as const;

/**
 * Only the owner gets into the folder. The files in it are readable, because compose hands a container the file itself,
 * with the mode that it has here, and the programs in the containers run as users of their own.
 */
const folderMode = 0o700;
const fileMode = 0o444;

/**
 * Makes the secrets that are missing, each once, from the system's random numbers; one that is there stays as it is.
 * Without a certificate it makes one for the host of the front door, under a CA of its own.
 * @returns the names of the files that were made.
 * @throws ClusterError CONFIG_INVALID when a certificate is there without its key, or cannot be made.
 */
export function makeSecrets(folder: string, host: string): string[] {
  mkdirSync(folder, { recursive: true, mode: folderMode });
  chmodSync(folder, folderMode);
  const made: string[] = [];
  const ensure = (name: string, text: () => string): string => {
    const path = join(folder, name);
    if (!existsSync(path)) {
      writeFileSync(path, `${text()}\n`, { mode: fileMode, flag: 'wx' });
      made.push(name);
    }
    return readFileSync(path, 'utf8').trim();
  };
  ensure('admin_token', () => `cai_admin_${random()}`);
  ensure('gateway_token', () => `cai_gateway_${random()}`);
  const postgres = ensure('postgres_password', random);
  ensure('database_url', () => `postgres://cluster_ai:${encodeURIComponent(postgres)}@postgres:5432/cluster_ai`);
  const redis = ensure('redis_password', random);
  ensure('redis_url', () => `redis://:${encodeURIComponent(redis)}@redis:6379/0`);
  made.push(...ensureCertificate(folder, host));
  return made;
}

/** @returns the files of `names` that the folder lacks. */
export function missingSecrets(folder: string, names: readonly string[]): string[] {
  return names.filter((name) => !existsSync(join(folder, name)));
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

function ensureCertificate(folder: string, host: string): string[] {
  const missing = missingSecrets(folder, certificateNames);
  if (missing.length === 0) return [];
  if (missing.length === 1) {
    const there = certificateNames.find((name) => !missing.includes(name));
    throw new ClusterError('CONFIG_INVALID', `${join(folder, there ?? '')} is there and ${missing[0]} is not`, {
      fix: 'put the other half there, or remove this one so that both are made',
    });
  }
  makeCertificate(folder, host, fileMode);
  return ['ca.key', 'ca.crt', ...certificateNames];
}
