import { readFileSync } from 'node:fs';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertPassphrase } from '@cluster-ai/platform/backup/archive-key.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The key of backups: from a file, or from the environment; never from the command line, where every user of the machine
 * reads it. @returns null when none is given. @throws ClusterError CONFIG_INVALID.
 */
export function readPassphrase(keyFile: string | undefined, env: Env): string | null {
  const path = keyFile ?? given(env['CLUSTER_AI_BACKUP_KEY_FILE']);
  if (path !== undefined) return checked(readKeyFile(path), path);
  const text = given(env['CLUSTER_AI_BACKUP_KEY']);
  return text === undefined ? null : checked(text, 'CLUSTER_AI_BACKUP_KEY');
}

function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ClusterError('CONFIG_INVALID', `the key file ${path} cannot be read`, { cause });
  }
}

function checked(text: string, source: string): string {
  const passphrase = text.replace(/\r?\n$/, '');
  assertPassphrase(passphrase, source);
  return passphrase;
}
