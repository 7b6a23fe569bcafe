import type { User } from '@cluster-ai/contract/api/users.ts';
import { renderFields, timeText } from '../../output/table.ts';

/** A person as people read it. */
export function userText(user: User): string {
  return renderFields({
    'e-mail': user.email,
    name: user.name,
    role: user.role,
    state: stateText(user),
    'signs in with': user.signsInWith ?? 'nothing yet',
    'last sign-in': timeText(user.lastSignInAt, 'never'),
    sessions: String(user.sessions),
    created: `${timeText(user.createdAt)} by ${user.createdBy}`,
    id: user.id,
  });
}

export function stateText({ state, lockedUntil }: Pick<User, 'state' | 'lockedUntil'>): string {
  return state === 'locked' && lockedUntil !== null ? `locked until ${timeText(lockedUntil)}` : state;
}
