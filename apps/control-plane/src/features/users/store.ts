import type { ListRequest } from '@cluster-ai/contract/api/list.ts';
import { listUsers, type userListFields } from '@cluster-ai/contract/api/users.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import type { ListColumns } from '../../http/list-columns.ts';
import { listRows } from '../../http/list-rows.ts';
import type { ListedRows } from '../../http/list-rows.ts';
import type { Person } from '../../identity/people.ts';

const state = sql<string>`case
  when disabled then 'disabled'
  when password_hash is null and oidc_subject is null then 'invited'
  else 'active' end`;

const columns: ListColumns<typeof userListFields> = {
  list: listUsers.query.list,
  key: { kind: 'uuid', value: sql.ref('id') },
  columns: {
    email: { kind: 'text', value: sql.ref('email') },
    name: { kind: 'text', value: sql.ref('name') },
    role: { kind: 'text', value: sql.ref('role') },
    state: { kind: 'text', value: state },
    signsInWith: { kind: 'text', value: sql.ref('last_sign_in_with') },
    createdAt: { kind: 'time', value: sql.ref('created_at') },
    createdBy: { kind: 'text', value: sql.ref('created_by') },
    lastSignInAt: { kind: 'time', value: sql.ref('last_sign_in_at') },
  },
};

/** A page of people. @throws ClusterError INVALID_ARGUMENT for a cursor of another query. */
export function listPeople(query: Query, request: ListRequest): Promise<ListedRows<Person>> {
  return listRows(query, query.selectFrom('users').selectAll(), request, columns);
}
