import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { modelsCover } from '@cluster-ai/core/access/roles.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Principal } from './principal.ts';

/** The parts of a call in which names of models and routes can stand. */
export interface NamingCall {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * A key that is for some models alone may call what names those models, and nothing else: a list would show the others.
 * @throws ClusterError PERMISSION_DENIED.
 */
export function assertModelsCovered(target: Endpoint, principal: Principal, call: NamingCall): void {
  const models = principal.keyScope?.models ?? null;
  if (models === null || target.access === 'public') return;
  if (target.names === 'nothing-of-models' || target.names === 'model-of-the-upload') return;
  const own = `this key is for ${models.join(', ')} alone`;
  const named = (target.names ?? []).flatMap((path) => valuesAt(call, path.split('.')));
  if (named.length === 0) {
    throw new ClusterError('PERMISSION_DENIED', `${own}, and this call names no model or route`, {
      fix: 'use a key without a list of models',
    });
  }
  const other = named.find((name) => !modelsCover(models, name));
  if (other !== undefined) {
    throw new ClusterError('PERMISSION_DENIED', `${own}, and this call names ${JSON.stringify(other.slice(0, 128))}`);
  }
}

/** Whether the caller may work on this model: true for everybody whose key has no list of models. */
export function coversModel({ keyScope }: Principal, model: string): boolean {
  return keyScope === null || keyScope.models === null || modelsCover(keyScope.models, model);
}

/** The texts that a path leads to; `*` is every item of a list. */
function valuesAt(value: unknown, [head, ...rest]: readonly string[]): string[] {
  if (head === undefined) return typeof value === 'string' ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  if (head === '*') return Array.isArray(value) ? value.flatMap((item: unknown) => valuesAt(item, rest)) : [];
  return valuesAt(new Map<string, unknown>(Object.entries(value)).get(head), rest);
}
