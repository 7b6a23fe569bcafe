import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';
import { z } from 'zod';

/** A session of a person, where they may not make a key. */
const sessionSchema = z.object({ cookie: z.string(), csrfToken: z.string().nullable() });

const loginSchema = z.object({
  server: z.string(),
  token: z.string().optional(),
  /** The key that `login` made for itself, which `logout` revokes; none when a token was brought along. */
  key: z.object({ id: z.string(), name: z.string(), expiresAt: z.string().nullable() }).optional(),
  session: sessionSchema.optional(),
});

export type StoredSession = z.infer<typeof sessionSchema>;

export type Login = z.infer<typeof loginSchema>;

type Env = Readonly<Record<string, string | undefined>>;

/** XDG_CONFIG_HOME/cluster-ai, else ~/.config/cluster-ai. */
function configFolder(env: Env): string {
  const folder = env['XDG_CONFIG_HOME'];
  return join(folder !== undefined && folder !== '' ? folder : join(homedir(), '.config'), 'cluster-ai');
}

function loginFile(env: Env): string {
  return join(configFolder(env), 'login.json');
}

/** What `cluster-ai login` stored, or null. @throws ClusterError CONFIG_INVALID when the file is damaged. */
export function readLogin(env: Env): Login | null {
  const path = loginFile(env);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new ClusterError('CONFIG_INVALID', `${path} cannot be read`, { cause: error });
  }
  try {
    return loginSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ClusterError('CONFIG_INVALID', `${path} is damaged`, { cause, fix: 'run cluster-ai login again' });
  }
}

/** Mode 0600: it holds a token or a session. */
export async function writeLogin(env: Env, login: Login): Promise<string> {
  const path = loginFile(env);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, `${JSON.stringify(login, null, 2)}\n`);
  return path;
}

/** Forgets what `login` stored. @returns false when there was nothing. */
export function removeLogin(env: Env): boolean {
  const known = readLogin(env) !== null;
  rmSync(loginFile(env), { force: true });
  return known;
}
