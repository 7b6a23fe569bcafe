import { isLoopbackConnection, isLoopbackExempt, proxyHeaders } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Call } from '@cluster-ai/platform/edge/edge.ts';
import type { KeyRing } from './key-ring.ts';

/** Who a call comes from. */
export interface Principal {
  /** Id of the key, or `local` for the loopback exemption. */
  readonly id: string;
}

export type Authenticate = (call: Call) => Principal;

const local: Principal = { id: 'local' };
const originOrProxyHeaders = ['origin', ...proxyHeaders];

/**
 * Makes the authentication of the inference listener: a key with the action `infer`, or, unless `auth` is `required`, the
 * loopback exemption. A wrong key is refused even where none would be needed: its owner should learn of it.
 * @returns a function that throws ClusterError UNAUTHENTICATED or PERMISSION_DENIED.
 */
export function createAuthenticate(options: {
  readonly keys: KeyRing;
  readonly auth: 'loopback-exempt' | 'required';
  readonly clock: Clock;
}): Authenticate {
  const { keys, auth, clock } = options;
  return (call) => {
    const authorization = call.header('authorization');
    if (authorization !== null) return principalOf(authorization, keys, clock);
    if (auth === 'loopback-exempt' && comesFromThisMachine(call)) return local;
    throw new ClusterError('UNAUTHENTICATED', 'this call needs a key: send it as "Authorization: Bearer <key>"');
  };
}

function principalOf(authorization: string, keys: KeyRing, clock: Clock): Principal {
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1];
  if (token === undefined) {
    throw new ClusterError('UNAUTHENTICATED', 'the Authorization header is not of the form "Bearer <key>"');
  }
  const key = keys.find(token, clock.wallMs());
  if (key === null) throw new ClusterError('UNAUTHENTICATED', 'the key is not known, or has expired or been revoked');
  if (!key.actions.includes('infer')) {
    throw new ClusterError('PERMISSION_DENIED', 'the key does not have the action infer');
  }
  return { id: key.id };
}

function comesFromThisMachine(call: Call): boolean {
  return isLoopbackExempt({
    overLoopback: isLoopbackConnection(call.remoteAddress, call.localAddress),
    host: call.header('host'),
    carriesOriginOrProxyHeader: originOrProxyHeaders.some((name) => call.header(name) !== null),
  });
}
