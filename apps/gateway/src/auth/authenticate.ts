import { apiKeyForm } from '@cluster-ai/core/access/api-key.ts';
import { isLoopbackExempt, proxyHeaders } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { RememberedTexts } from '@cluster-ai/core/names/remembered-texts.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { createClientReader, type Client } from '@cluster-ai/platform/edge/client-address.ts';
import type { CallHead } from '@cluster-ai/platform/edge/edge.ts';
import type { AddressLockout } from './address-lockout.ts';
import { local, type Caller } from './caller.ts';
import type { KeyRing } from './key-ring.ts';
import type { PredictTokens } from './predict-tokens.ts';

/** Finds out who calls. Only a refusal may have to wait, for the count of wrong attempts that gateways share. */
export type Authenticate = (call: CallHead) => Caller | Promise<never>;

export interface AuthenticateParts {
  readonly keys: KeyRing;
  readonly tokens: PredictTokens;
  readonly lockout: Pick<AddressLockout, 'attempt'>;
  readonly auth: 'loopback-exempt' | 'required';
  /** Addresses and networks whose `X-Forwarded-For` is believed: `http.trustedProxies`. */
  readonly trustedProxies: readonly string[];
  readonly clock: Clock;
}

type ClientOf = (call: CallHead) => Client;

const originOrProxyHeaders = ['origin', ...proxyHeaders];

/**
 * Makes the authentication of the inference listener: a key, a token that a control plane has signed, or, unless `auth`
 * is `required`, the loopback exemption. A wrong key is refused even where none would be needed: its owner should learn of it.
 * @returns a function that throws, or rejects with, ClusterError UNAUTHENTICATED or LOCKED_OUT.
 * @throws ClusterError CONFIG_INVALID for an entry of `trustedProxies` that is no address.
 */
export function createAuthenticate(parts: AuthenticateParts): Authenticate {
  const { auth } = parts;
  const readClient = createClientReader(parts.trustedProxies);
  const clientOf: ClientOf = (call) =>
    readClient(call, (name) => call.headers.filter(([own]) => own === name).map(([, value]) => value));
  return (call) => {
    const authorization = call.header('authorization');
    if (authorization !== null) {
      assertSentOnce(call);
      return holderOf(authorization, call, parts, clientOf);
    }
    if (auth === 'loopback-exempt' && comesFromThisMachine(call, clientOf(call))) return local;
    throw new ClusterError('UNAUTHENTICATED', 'this call needs a key: send it as "Authorization: Bearer <key>"');
  };
}

/** Of two credentials, a proxy in front may have judged the other one. @throws ClusterError UNAUTHENTICATED */
function assertSentOnce({ headers }: CallHead): void {
  let count = 0;
  for (const [name] of headers) if (name === 'authorization') count += 1;
  if (count > 1) throw new ClusterError('UNAUTHENTICATED', `the Authorization header was sent ${count} times`);
}

/** The token of a header of the form `Bearer <token>`, or null. */
const tokenOf = new RememberedTexts(
  (authorization) => /^Bearer ([\x21-\x7e]{1,4096})$/i.exec(authorization)?.[1] ?? null,
);

function holderOf(
  authorization: string,
  call: CallHead,
  parts: AuthenticateParts,
  clientOf: ClientOf,
): Caller | Promise<never> {
  const { keys, tokens, clock } = parts;
  const token = tokenOf.of(authorization);
  if (token === null) {
    throw new ClusterError('UNAUTHENTICATED', 'the Authorization header is not of the form "Bearer <key>"');
  }
  const holder = (tokens.looksLike(token) ? tokens : keys).find(token, clock.wallMs());
  if (holder === 'unknown') return refuse(token, clientOf(call), parts);
  if (holder === 'expired') throw new ClusterError('UNAUTHENTICATED', 'the key has expired');
  return holder;
}

async function refuse(token: string, client: Client, { lockout }: AuthenticateParts): Promise<never> {
  const lockedMs = await lockout.attempt(client.address);
  if (lockedMs > 0) {
    throw new ClusterError('LOCKED_OUT', 'too many unknown keys came from this address; keys that are known go on', {
      retryAfterSeconds: Math.ceil(lockedMs / 1_000),
    });
  }
  throw new ClusterError(
    'UNAUTHENTICATED',
    apiKeyForm(token) === 'mistyped'
      ? 'the key was copied wrong: its checksum does not fit'
      : 'the key is not known, or has been revoked',
  );
}

function comesFromThisMachine(call: CallHead, { overLoopback }: Client): boolean {
  return isLoopbackExempt({
    overLoopback,
    host: call.header('host'),
    carriesOriginOrProxyHeader: originOrProxyHeaders.some((name) => call.header(name) !== null),
  });
}
