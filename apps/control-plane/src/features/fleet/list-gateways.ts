import * as contract from '@cluster-ai/contract/api/system.ts';
import type { GatewayStatus } from '@cluster-ai/contract/api/system.ts';
import type { ListRequest } from '@cluster-ai/contract/api/list.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import type { ListColumns } from '../../http/list-columns.ts';
import { listRows } from '../../http/list-rows.ts';
import type { ListedRows } from '../../http/list-rows.ts';
import { connectedWithinMs } from './store.ts';

/** By the clock that wrote `last_seen_at`. */
const isConnected = sql<boolean>`(last_seen_at > now() - make_interval(secs => ${connectedWithinMs / 1_000}))`;

const columns: ListColumns<typeof contract.listGateways.query.list.fields> = {
  list: contract.listGateways.query.list,
  key: { kind: 'text', value: sql.ref('name') },
  columns: {
    gateway: { kind: 'text', value: sql.ref('name') },
    connected: { kind: 'boolean', value: isConnected },
    ready: { kind: 'boolean', value: sql`(report->>'ready')::boolean` },
    programVersion: { kind: 'text', value: sql`report->>'programVersion'` },
    snapshot: { kind: 'integer', value: sql`(report->'applied'->>'version')::bigint` },
    lastSeenAt: { kind: 'time', value: sql.ref('last_seen_at') },
    rssBytes: { kind: 'integer', value: sql`(report->>'rssBytes')::numeric::bigint` },
  },
};

export async function listGateways(query: Query, request: ListRequest): Promise<ListedRows<GatewayStatus>> {
  const rows = query.selectFrom('gateways').selectAll().select(isConnected.as('connected'));
  const { items, ...page } = await listRows(query, rows, request, columns);
  return {
    ...page,
    items: items.map((row) => ({
      gateway: row.name,
      lastSeenAt: row.last_seen_at.toISOString(),
      connected: row.connected,
      report: row.report,
    })),
  };
}
