import { listModels } from '@cluster-ai/contract/api/models.ts';
import { signIn, signOut } from '@cluster-ai/contract/api/session.ts';
import { acceptInvitation, deleteUser, inviteUser } from '@cluster-ai/contract/api/users.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Browser, tokenOf } from '../../integration/control-plane/browser.ts';
import { ask, type World } from './world.ts';

const password = 'a sentence of the soak run';

/** Somebody is invited, signs in, looks around, and signs out or forgets to; every other one is deleted. */
export async function visit(world: World): Promise<void> {
  const number = world.next();
  const email = `visitor-${number}@example.com`;
  const { url, user } = await ask(world, inviteUser, { body: { email, role: 'viewer' } });
  const browser = new Browser(world.platform.controlUrl);
  await browser.call(acceptInvitation, { body: { token: tokenOf(url), name: email, password } });
  await browser.call(listModels);
  await browser.call(signOut);
  await browser.call(signIn, { body: { email, password } });
  await browser.call(listModels);
  if (number % 2 === 0) await ask(world, deleteUser, { params: { id: user.id } });
}

export async function wrongPassword(world: World): Promise<void> {
  const body = { email: `nobody-${world.next()}@example.com`, password: 'wrong' };
  try {
    await new Browser(world.platform.controlUrl).call(signIn, { body });
  } catch (error) {
    // Refused as it should be; after many, the whole address is asked to wait.
    if (error instanceof ClusterError && (error.httpStatus === 401 || error.httpStatus === 429)) return;
    throw error;
  }
  throw new Error('a wrong password was let in');
}
