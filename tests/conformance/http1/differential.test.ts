import { expect, test } from 'vitest';
import { compareServers, textOfResult } from './differential.ts';

const durationMs = 30_000;

/** Fewer would mean that next to nothing was looked at. */
const streamsMin = 300;

test('of bytes that are made up, our server takes nothing that node:http does not take', async () => {
  const seed = Date.now() % 1_000_000;
  const result = await compareServers(seed, durationMs);
  console.log(textOfResult(result, seed));
  expect(result.findings).toEqual([]);
  expect(result.streams).toBeGreaterThanOrEqual(streamsMin);
  expect(result.sharedRequests).toBeGreaterThanOrEqual(streamsMin / 2);
}, 60_000);
