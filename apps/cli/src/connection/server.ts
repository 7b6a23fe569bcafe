import { readFileSync } from 'node:fs';
import { isLoopbackHost } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { readSecretFile } from '@cluster-ai/platform/config/secret-file.ts';
import { defaultHome, homePaths } from '../up/home.ts';
import { readState } from '../up/state.ts';
import type { UpState } from '../up/state.ts';
import { readLogin } from './login-file.ts';
import type { StoredSession } from './login-file.ts';

/** Which control plane to talk to, and as whom. */
export interface Server {
  /** Without a trailing slash. */
  readonly url: string;
  readonly token: string | undefined;
  /** That `login` stored for this server, where there is no token. */
  readonly session?: StoredSession | undefined;
  /** Where the address came from: `--server`, `CLUSTER_AI_SERVER`, `login`, `up`. */
  readonly source: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The server: --server, then CLUSTER_AI_SERVER, then what `login` stored, then a running `up` of the same data folder.
 * Its token: CLUSTER_AI_TOKEN or the file that CLUSTER_AI_TOKEN_FILE names, else the key or session that `login` stored for this server, else the admin token of a running `up`
 * that listens at this address on this machine; a token is never sent to another server than the one it belongs to.
 * @throws ClusterError CONTROL_PLANE_UNAVAILABLE when none is known, CONFIG_INVALID for an address that is none.
 */
export function resolveServer(flag: string | undefined, env: Env): Server {
  const login = readLogin(env);
  const home = defaultHome(env, process.getuid?.());
  const state = readState(home);
  const candidates = [
    ['--server', flag],
    ['CLUSTER_AI_SERVER', env['CLUSTER_AI_SERVER']],
    ['login', login?.server],
    ['up', state?.local?.url ?? state?.url],
  ] as const;
  for (const [source, address] of candidates) {
    if (address === undefined || address === '') continue;
    const url = normalUrl(source, address);
    const stored = login !== null && normalUrl('login', login.server) === url ? login : undefined;
    const given = givenToken(env) ?? stored?.token;
    if (given === undefined && stored?.session !== undefined) {
      return { url, token: undefined, session: stored.session, source };
    }
    return { url, token: given ?? (isOwn(url, state) ? adminToken(home) : undefined), source };
  }
  throw new ClusterError('CONTROL_PLANE_UNAVAILABLE', `no server is known: none runs on the data folder ${home}`, {
    fix: 'start one with `cluster-ai up`, or name one with --server, CLUSTER_AI_SERVER or `cluster-ai login`',
  });
}

/** The gateway: --gateway, then CLUSTER_AI_GATEWAY, then a running `up`, then the usual port of this machine. */
export function resolveGateway(flag: string | undefined, env: Env): string {
  const given = nonEmpty(flag) ?? nonEmpty(env['CLUSTER_AI_GATEWAY']);
  if (given !== undefined) return normalUrl(nonEmpty(flag) === undefined ? 'CLUSTER_AI_GATEWAY' : '--gateway', given);
  const state = readState(defaultHome(env, process.getuid?.()));
  return state?.local?.gatewayUrl ?? state?.gatewayUrl ?? 'http://localhost:8000';
}

function normalUrl(source: string, text: string): string {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) {
    return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  }
  throw new ClusterError(
    'CONFIG_INVALID',
    `${source}: ${text} is no address; allowed: http://host:port or https://host:port`,
  );
}

/**
 * The address is that of the running `up`: this machine, by whichever of its names, and the same port. Over TLS its
 * certificate says so too (`trustCertificates`).
 */
function isOwn(url: string, state: UpState | null): boolean {
  if (state === null) return false;
  const own = new URL(state.local?.url ?? state.url);
  const { origin, protocol, host, port } = new URL(url);
  return origin === own.origin || (protocol === own.protocol && isLoopbackHost(host) && port === own.port);
}

function adminToken(home: string): string | undefined {
  try {
    return readFileSync(homePaths(home).adminToken, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Without it, what needs no token still works.
    if (code === 'ENOENT' || code === 'EACCES') return undefined;
    throw error;
  }
}

/** @throws ClusterError CONFIG_INVALID for a file without a token. */
function givenToken(env: Env): string | undefined {
  const file = nonEmpty(env['CLUSTER_AI_TOKEN_FILE']);
  const given = nonEmpty(env['CLUSTER_AI_TOKEN']);
  if (file === undefined || given !== undefined) return given;
  const read = readSecretFile('CLUSTER_AI_TOKEN_FILE', file);
  if ('problem' in read) throw new ClusterError('CONFIG_INVALID', read.problem);
  return read.text;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
