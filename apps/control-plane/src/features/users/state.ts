import { userTag } from '@cluster-ai/contract/api/users.ts';
import type { getUser } from '@cluster-ai/contract/api/users.ts';
import type { z } from 'zod';
import type { ReadState } from '../../http/preconditions.ts';
import { personById } from '../../identity/people.ts';

/** What an administrator can change of a person. */
export const userState: ReadState<z.output<typeof getUser.params>> = async (query, { id }) => {
  const person = await personById(query, id);
  if (person === null) return null;
  const { email, role, disabled } = person;
  return { tag: userTag({ role, disabled }), what: `the person ${email}`, audited: { target: email, nouns: ['user'] } };
};
