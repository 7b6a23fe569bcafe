import { atEqualP99, median, rounded } from '../bench/statistics.ts';
import type { PeerCurve, PeerRound } from './measure-server.ts';
import type { PeerModel } from './peers.ts';

export const ours = 'Cluster AI';

/** Our server beside another one for one model: medians over the rounds. */
export interface Comparison {
  readonly server: string;
  readonly model: PeerModel;
  readonly wire: PeerCurve['wire'];
  /** The p99 at which both are compared: the other's where it is fastest. */
  readonly limitMs: number;
  readonly oursPerSecond: number;
  readonly theirsPerSecond: number;
  readonly ratio: number;
  /** What it must be at least, as the benchmark is asked to show. */
  readonly floor: number;
}

/** Of another server against ours in its round. */
export interface Footprint {
  readonly server: string;
  readonly pssMiB: number;
  readonly rssMiB: number;
  readonly coldStartMs: number;
}

const floors: Readonly<Record<PeerModel, number>> = { iris: 5, mnist: 5, convolution: 1 };

/** @param rounds of every server in every round; those of one round stand at the same place of their server's list. */
export function compare(rounds: ReadonlyMap<string, readonly PeerRound[]>): Comparison[] {
  const ourRounds = rounds.get(ours) ?? [];
  return Array.from(rounds)
    .filter(([server]) => server !== ours)
    .flatMap(([server, theirRounds]) =>
      (theirRounds[0]?.curves ?? []).map(({ model, wire }) => {
        const pairs = theirRounds.map((theirs, round) => {
          const find = (from: PeerRound | undefined) =>
            from?.curves.find((curve) => curve.model === model && curve.wire === wire)?.points ?? [];
          return atEqualP99(find(ourRounds[round]), find(theirs));
        });
        const of = (pick: (pair: (typeof pairs)[number]) => number): number => rounded(median(pairs.map(pick)));
        return {
          server,
          model,
          wire,
          limitMs: of(({ limitMs }) => limitMs),
          oursPerSecond: of(({ oursPerSecond }) => oursPerSecond),
          theirsPerSecond: of(({ theirsPerSecond }) => theirsPerSecond),
          ratio: of(({ ratio }) => ratio),
          floor: floors[model],
        };
      }),
    );
}

export function footprints(rounds: ReadonlyMap<string, readonly PeerRound[]>): Footprint[] {
  return Array.from(rounds, ([server, all]) => {
    const of = (pick: (round: PeerRound) => number): number => rounded(median(all.map(pick)));
    const mebibyte = 2 ** 20;
    return {
      server,
      pssMiB: of(({ pssBytes }) => pssBytes / mebibyte),
      rssMiB: of(({ rssBytes }) => rssBytes / mebibyte),
      coldStartMs: of(({ coldStartMs }) => coldStartMs),
    };
  });
}
