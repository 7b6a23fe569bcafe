import { ClusterError } from '@cluster-ai/core/errors.ts';

/** One share of a split as it was typed. */
export interface Share {
  /** Null for the route's own model. */
  readonly model: string | null;
  /** A version number or an alias. */
  readonly version: string;
  readonly weight: number;
}

/**
 * Reads `1=90`, `champion=90` or `other-model@3=5`.
 * @throws ClusterError CONFIG_INVALID naming the part that is wrong.
 */
export function parseShare(text: string): Share {
  const match = /^(?:([^@=]+)@)?([^@=]+)=(\d+(?:\.\d+)?)$/.exec(text);
  const [, model, version, weight] = match ?? [];
  if (version === undefined || weight === undefined || Number(weight) > 1_000_000) {
    throw new ClusterError(
      'CONFIG_INVALID',
      `${text}: is no share; allowed: <version or alias>=<weight>, as in 1=90, champion=10 or other-model@2=5; a weight is from 0 to 1000000`,
    );
  }
  return { model: model ?? null, version, weight: Number(weight) };
}
