import type { RuntimeSettings } from '@cluster-ai/contract/config/runtime-settings.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { clientGroup } from '@cluster-ai/core/limits/client-group.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { AttemptCounters, AttemptRule } from './attempt-counters.ts';
import { sha256Of } from './secret-token.ts';

/** What is guessed at: passwords, one-time codes and links, or tokens of the Authorization header. */
export type GuessKind = 'password' | 'code' | 'token';

/** Refuses whoever guesses, before anything is tried. Every method throws ClusterError when the counters are away. */
export interface Lockout {
  /** @throws ClusterError LOCKED_OUT when this address has guessed wrong too often. */
  assertAddressOpen(kind: GuessKind, address: string): Promise<void>;
  /** Counts a wrong guess of an address. @returns true when this one has locked it. */
  countAddress(kind: GuessKind, address: string): Promise<boolean>;
  /**
   * Counts an attempt on an account before its password is looked at, so that many at once are no way around the limit;
   * `forget` takes it back when it was right.
   * @throws ClusterError LOCKED_OUT.
   */
  tryAccount(account: Account): Promise<{ readonly count: number; readonly isLast: boolean }>;
  forget(account: Account): Promise<void>;
  /** Until when accounts are locked for browsers that nobody has signed in with; those that are not locked are missing. */
  lockedUntil(emails: readonly string[]): Promise<ReadonlyMap<string, Date>>;
}

/**
 * Of whom attempts are counted together: of everybody, by e-mail, whether or not there is such a person; or of one browser
 * in which the person has signed in before. So strangers who guess lock out strangers, and not the person at their own desk.
 */
export type Account = { readonly email: string } | { readonly browserSha256: string };

const minuteMs = 60_000;
/** Many people may share an address; ten of them may each lock an account. */
const addressFactor = 10;
/** Tokens have 256 bits: this keeps a program with an old one from being a load, and says so to its owner. */
const tokenRule: AttemptRule = { countMax: 100, windowMs: minuteMs, lockMs: minuteMs };

const whatOf: Readonly<Record<GuessKind, string>> = {
  password: 'wrong passwords',
  code: 'wrong codes and links',
  token: 'wrong tokens',
};

const endsLock = 'an administrator can end it with a new link: cluster-ai user link <e-mail>';

const fixOf: Readonly<Record<GuessKind, string>> = {
  password: 'a browser in which you have signed in before counts on its own, but this address has to wait',
  code: 'ask an administrator for a new link meanwhile',
  token: 'good tokens of this address go on; look for the program that sends an old one',
};

export function createLockout(parts: {
  readonly attempts: AttemptCounters;
  readonly clock: Clock;
  readonly settings: () => Pick<RuntimeSettings, 'max_login_attempts' | 'lockout_minutes'>;
}): Lockout {
  const { attempts, clock, settings } = parts;

  const accountRule = (): AttemptRule => {
    const { max_login_attempts: countMax, lockout_minutes: minutes } = settings();
    return { countMax, windowMs: minutes * minuteMs, lockMs: minutes * minuteMs };
  };
  const addressRule = (kind: GuessKind): AttemptRule => {
    if (kind === 'token') return tokenRule;
    const rule = accountRule();
    return { ...rule, countMax: rule.countMax * addressFactor };
  };

  return {
    assertAddressOpen: async (kind, address) => {
      const name = addressName(kind, address);
      const nowMs = clock.wallMs();
      const found = (await attempts.read([name], nowMs)).get(name);
      if (found === undefined || found.count < addressRule(kind).countMax) return;
      throw lockedOut(`too many ${whatOf[kind]} from this address`, found.endsAtMs - nowMs, fixOf[kind]);
    },
    countAddress: async (kind, address) => {
      const rule = addressRule(kind);
      const { count } = await attempts.add(addressName(kind, address), rule, clock.wallMs());
      return count === rule.countMax;
    },
    tryAccount: async (account) => {
      const rule = accountRule();
      const nowMs = clock.wallMs();
      const { count, endsAtMs } = await attempts.add(accountName(account), rule, nowMs);
      if (count > rule.countMax) {
        throw lockedOut('too many wrong passwords for this account', endsAtMs - nowMs, endsLock);
      }
      return { count, isLast: count === rule.countMax };
    },
    forget: (account) => attempts.clear(accountName(account)),
    lockedUntil: async (emails) => {
      const { countMax } = accountRule();
      const names = new Map(emails.map((email) => [accountName({ email }), email]));
      const found = await attempts.read([...names.keys()], clock.wallMs());
      const locked = [...found].filter(([, { count }]) => count >= countMax);
      return new Map(locked.map(([name, { endsAtMs }]) => [names.get(name) ?? '', new Date(endsAtMs)]));
    },
  };
}

function lockedOut(why: string, remainingMs: number, fix: string): ClusterError {
  const seconds = Math.max(1, Math.ceil(remainingMs / 1_000));
  const minutes = Math.ceil(seconds / 60);
  return new ClusterError('LOCKED_OUT', `${why}; try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}`, {
    retryAfterSeconds: seconds,
    fix,
  });
}

/** Addresses of people who are nobody are kept as hashes: what they typed may be a password. */
function accountName(account: Account): string {
  return 'email' in account ? `account:${sha256Of(account.email)}` : `browser:${account.browserSha256}`;
}

function addressName(kind: GuessKind, address: string): string {
  return `${kind}:${clientGroup(address)}`;
}
