import type { TokenIssuer } from '@cluster-ai/contract/predict-token.ts';
import type { Change, Query } from '../database/change.ts';

/** A control plane that was not there for this long signs nothing that gateways take. */
export const issuerKeptMs = 30 * 86_400_000;

/** Makes the public key of this control plane known to gateways. */
export async function registerIssuer(change: Change, { id, publicKey }: TokenIssuer): Promise<void> {
  const { query, at } = change;
  const present = await query.selectFrom('token_issuers').select('public_key').where('id', '=', id).executeTakeFirst();
  if (present?.public_key === publicKey) return;
  const values = { public_key: publicKey, seen_at: at };
  await query
    .insertInto('token_issuers')
    .values({ id, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  change.record(present === undefined ? 'issuer.create' : 'issuer.change', id, { publicKey });
}

/** Notes that this control plane is there. @returns false when it is not known any more. */
export async function seeIssuer(query: Query, id: string, at: Date): Promise<boolean> {
  const result = await query.updateTable('token_issuers').set({ seen_at: at }).where('id', '=', id).executeTakeFirst();
  return Number(result.numUpdatedRows) > 0;
}

export async function forgetIssuers(change: Change, seenBefore: Date): Promise<void> {
  const gone = await change.query
    .deleteFrom('token_issuers')
    .where('seen_at', '<', seenBefore)
    .returning('id')
    .execute();
  for (const { id } of gone) change.record('issuer.delete', id, { reason: 'not seen for 30 days' });
}
