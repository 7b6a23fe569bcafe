import { expect, test } from 'vitest';
import { compare, footprints, ours } from './compare.ts';
import type { PeerRound } from './measure-server.ts';

function round(server: string, perSecond: number, p99Ms: number, mebibytes: number): PeerRound {
  const points = [
    { clients: 1, requestsPerSecond: perSecond / 4, p50Ms: p99Ms / 4, p99Ms: p99Ms / 2 },
    { clients: 32, requestsPerSecond: perSecond, p50Ms: p99Ms / 2, p99Ms },
  ];
  const bytes = mebibytes * 2 ** 20;
  return {
    server,
    coldStartMs: 1_000,
    pssBytes: bytes,
    rssBytes: 2 * bytes,
    checked: 10,
    curves: [{ server, model: 'iris', wire: 'JSON', points }],
  };
}

test('each server is held against ours of the same round, at the p99 where it is fastest', () => {
  const rounds = new Map([
    [ours, [round(ours, 6_000, 10, 150), round(ours, 4_000, 10, 160), round(ours, 5_000, 10, 170)]],
    ['Slow', [round('Slow', 500, 40, 400), round('Slow', 500, 40, 420), round('Slow', 1_000, 40, 440)]],
  ]);
  expect(compare(rounds)).toEqual([
    {
      server: 'Slow',
      model: 'iris',
      wire: 'JSON',
      limitMs: 40,
      oursPerSecond: 5_000,
      theirsPerSecond: 500,
      ratio: 8,
      floor: 5,
    },
  ]);
  expect(footprints(rounds)).toEqual([
    { server: ours, pssMiB: 160, rssMiB: 320, coldStartMs: 1_000 },
    { server: 'Slow', pssMiB: 420, rssMiB: 840, coldStartMs: 1_000 },
  ]);
});
