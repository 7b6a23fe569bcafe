import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { printFilter } from '@cluster-ai/contract/api/list-filter.ts';
import { getUser, listUsers } from '@cluster-ai/contract/api/users.ts';
import type { User } from '@cluster-ai/contract/api/users.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { call } from '../../connection/call.ts';
import { readList } from '../../connection/read-list.ts';

/** How a person is named in every command about people. */
export const personArgument = ['<person>', 'e-mail address, or id'] as const;

/** A person by e-mail address or id. @throws ClusterError NOT_FOUND. */
export async function findUser(client: ClientOptions, person: string): Promise<User> {
  if (z.uuid().safeParse(person).success) return call(client, getUser, { params: { id: person } });
  const email = person.toLowerCase();
  const filter = printFilter([{ field: 'email', operator: '=', value: email }]);
  const { items } = await readList(client, listUsers, { filter });
  const found = items.find((user) => user.email === email);
  if (found !== undefined) return found;
  throw new ClusterError('NOT_FOUND', `nobody has the e-mail address ${person}`, {
    fix: 'cluster-ai user list shows everybody',
  });
}
