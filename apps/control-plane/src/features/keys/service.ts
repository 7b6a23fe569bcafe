import type { ApiKey, createKey as createKeyEndpoint } from '@cluster-ai/contract/api/keys.ts';
import { excessOf, type Grant } from '@cluster-ai/core/access/key-grant.ts';
import { actionsGrantableBy } from '@cluster-ai/core/access/roles.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { z } from 'zod';
import type { Change, Query } from '../../database/change.ts';
import type { Principal } from '../../http/principal.ts';
import { newSecret } from './secret.ts';
import { countActiveKeys, insertKey, keyOf, revokeWhere, selectKey, type KeyRow } from './store.ts';

/** Keys that can be used at once: every gateway holds all of them. */
const activeKeysMax = 10_000;

export type KeyWish = z.output<typeof createKeyEndpoint.body>;

/** @throws ClusterError INVALID_ARGUMENT, PERMISSION_DENIED for more than the caller has, CONFLICT when there are too many. */
export async function createKey(
  change: Change,
  principal: Principal,
  wish: KeyWish,
): Promise<{ key: ApiKey; secret: string }> {
  assertSensible(wish, change.at);
  await assertMayGrant(change.query, principal, wish);
  if ((await countActiveKeys(change.query)) >= activeKeysMax) {
    throw new ClusterError('CONFLICT', `there are ${activeKeysMax} keys that can be used, which is the limit`, {
      fix: 'revoke keys that nobody needs: `cluster-ai key list` shows when each was used last',
    });
  }
  const { secret, prefix, sha256 } = newSecret();
  const { name, actions, models, ratePerSecond, burst, dailyQuota, expiresAt } = wish;
  const id = randomUUID();
  const own = { actions: [...new Set(actions)], models: models === null ? null : [...new Set(models)] };
  await insertKey(change.query, {
    ...own,
    id,
    sha256,
    name,
    prefix,
    burst,
    rate_per_second: ratePerSecond,
    daily_quota: dailyQuota,
    expires_at: expiresAt === null ? null : new Date(expiresAt),
    created_at: change.at,
    created_by: change.by.actor,
    owner_id: principal.userId,
  });
  change.record('key.create', id, { ...own, name, prefix, ratePerSecond, burst, dailyQuota, expiresAt });
  return { key: keyOf(await existingKey(change.query, id)), secret };
}

/** Revokes a key for good; one that is revoked already stays as it is. @throws ClusterError NOT_FOUND. */
export async function revokeKey(change: Change, principal: Principal, id: string): Promise<ApiKey> {
  await visibleKey(change.query, principal, id);
  await revoke(change, sql<boolean>`id = ${id}`);
  return keyOf(await existingKey(change.query, id));
}

/** Revokes every key of a person who is about to be removed. @returns how many. */
export async function revokeKeysOfOwner(change: Change, ownerId: string): Promise<number> {
  return revoke(change, sql<boolean>`owner_id = ${ownerId}::uuid`);
}

async function revoke(change: Change, condition: RawBuilder<boolean>): Promise<number> {
  const revoked = await revokeWhere(change.query, change.at, condition);
  for (const { id, name } of revoked) change.record('key.revoke', id, { name });
  return revoked.length;
}

/** @throws ClusterError NOT_FOUND for a key that is not there, and for one of somebody else unless the caller is an administrator. */
export async function visibleKey(query: Query, principal: Principal, id: string): Promise<KeyRow> {
  const row = await selectKey(query, id);
  if (row !== null && (principal.role === 'admin' || isOwn(row, principal))) return row;
  throw new ClusterError('NOT_FOUND', `there is no key ${JSON.stringify(id.slice(0, 64))}, or it is somebody else's`);
}

/** The condition for what `visibleKey` lets a caller see; null for everything. */
export function visibleCondition({ role, userId, actor }: Principal): RawBuilder<boolean> | null {
  if (role === 'admin') return null;
  return userId === null
    ? sql<boolean>`(owner_id is null and created_by = ${actor})`
    : sql<boolean>`owner_id = ${userId}::uuid`;
}

function isOwn(row: KeyRow, { userId, actor }: Principal): boolean {
  return userId === null ? row.owner_id === null && row.created_by === actor : row.owner_id === userId;
}

async function existingKey(query: Query, id: string): Promise<KeyRow> {
  const row = await selectKey(query, id);
  if (row === null) throw new Error(`the key ${id} was there a moment ago`);
  return row;
}

function assertSensible({ burst, ratePerSecond, expiresAt }: KeyWish, at: Date): void {
  if (burst !== null && ratePerSecond === null) {
    throw new ClusterError('INVALID_ARGUMENT', 'burst is what may come before the rate counts, and there is no rate', {
      fix: 'give ratePerSecond as well',
    });
  }
  if (expiresAt !== null && new Date(expiresAt) <= at) {
    throw new ClusterError('INVALID_ARGUMENT', `expiresAt is ${expiresAt}, which has passed`);
  }
}

async function assertMayGrant(query: Query, principal: Principal, wish: KeyWish): Promise<void> {
  const own = await grantOf(query, principal);
  const excess = excessOf(own, {
    actions: wish.actions,
    models: wish.models,
    expiresAtMs: wish.expiresAt === null ? null : new Date(wish.expiresAt).getTime(),
  });
  if (excess === null) return;
  throw new ClusterError('PERMISSION_DENIED', `${whose(principal)} cannot give a key ${excess}`);
}

function whose({ kind, role }: Principal): string {
  return kind === 'key' ? 'this key' : `the role ${role ?? 'of nobody'}`;
}

/** What the caller can hand on. @throws ClusterError PERMISSION_DENIED for a key with limits. */
async function grantOf(query: Query, principal: Principal): Promise<Grant> {
  const { role, keyScope, keyId } = principal;
  if (role === null) throw new ClusterError('PERMISSION_DENIED', 'the caller has no role, and so nothing to give away');
  if (keyScope === null || keyId === null) {
    return { actions: actionsGrantableBy(role), models: null, expiresAtMs: null };
  }
  if (keyScope.ratePerSecond !== null || keyScope.dailyQuota !== null) {
    // Each new key would bring the same limits once more.
    throw new ClusterError('PERMISSION_DENIED', 'a key with a rate or a daily quota cannot make keys');
  }
  const row = await selectKey(query, keyId);
  const expiresAtMs = row?.expires_at?.getTime() ?? null;
  return { actions: keyScope.actions, models: keyScope.models, expiresAtMs };
}
