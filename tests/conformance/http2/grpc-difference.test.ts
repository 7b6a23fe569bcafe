import { expect, test } from 'vitest';
import { compareEdges } from './difference/compare-edges.ts';

const seconds = 30;

test('our own server of gRPC answers what grpc-js answers, whatever it is sent', async () => {
  // One seed for every change: `make edge-differences` looks further.
  const compared = await compareEdges(seconds, 20_261_126);
  console.log(`${compared} connections compared in ${seconds} s`);
  expect(compared).toBeGreaterThan(50);
});
