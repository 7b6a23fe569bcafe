import * as contract from '@cluster-ai/contract/api/users.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { acceptInvitation, showInvitation } from './accept-invitation.ts';
import { createUserLink, inviteUser } from './links.ts';
import { deleteUser, existingPerson, updateUser } from './people.ts';
import { presentUser, presentUsers } from './present-user.ts';
import { listPeople } from './store.ts';
import { userState } from './state.ts';

/** People, and the links with which they come in. */
export function userRoutes(register: Register, plane: Plane): void {
  register(contract.listUsers, async ({ query }) => {
    const { items, ...rest } = await plane.store.read((database) => listPeople(database, query));
    return { ...rest, items: await presentUsers(plane, items) };
  });

  register(contract.getUser, async ({ params }) =>
    presentUser(plane, await plane.store.read((query) => existingPerson(query, params.id))),
  );

  register(contract.inviteUser, (call) => inviteUser(plane, call, call.body));

  register(contract.updateUser, ({ params, body, caller }) => updateUser(plane, caller, params.id, body), {
    state: userState,
  });

  register(contract.deleteUser, ({ params, caller }) => deleteUser(plane, caller, params.id), { state: userState });

  register(contract.createUserLink, (call) => createUserLink(plane, call, call.params.id));

  register(contract.showInvitation, (call) => showInvitation(plane, call, call.body.token));

  register(contract.acceptInvitation, (call) => acceptInvitation(plane, call, call.body));
}
