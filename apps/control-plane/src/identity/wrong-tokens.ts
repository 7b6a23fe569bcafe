import { clientGroup } from '@cluster-ai/core/limits/client-group.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { WrongTokens } from '../http/authorities.ts';
import type { Lockout } from './lockout.ts';

/** Locked addresses that are remembered here, so that whoever goes on costs no write. */
const rememberedMax = 10_000;

export function createWrongTokens(parts: {
  readonly lockout: Lockout;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onRefused: () => void;
}): WrongTokens {
  const { lockout, clock, log, onRefused } = parts;
  const locked = new Map<string, { readonly error: ClusterError; readonly untilMs: number }>();

  /** @throws ClusterError LOCKED_OUT. */
  async function countTogether(address: string): Promise<void> {
    try {
      await lockout.assertAddressOpen('token', address);
      if (await lockout.countAddress('token', address)) log.warn({ address }, 'too many wrong tokens from one address');
    } catch (error) {
      if (error instanceof ClusterError && error.code === 'LOCKED_OUT') throw error;
      // The token is refused all the same; counting is for whoever goes on and on.
      log.debug({ error }, 'a wrong token could not be counted');
    }
  }

  return {
    count: async (address) => {
      onRefused();
      const client = clientGroup(address);
      const known = locked.get(client);
      if (known !== undefined && known.untilMs > clock.nowMs()) throw known.error;
      try {
        await countTogether(address);
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        if (locked.size >= rememberedMax) locked.clear();
        locked.set(client, { error, untilMs: clock.nowMs() + (error.retryAfterSeconds ?? 1) * 1_000 });
        throw error;
      }
    },
  };
}
