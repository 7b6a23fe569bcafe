import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf } from '../bad-inputs/bytes.ts';
import { startBoth } from './both-servers.ts';
import { compare } from './compare.ts';
import { readHttp1Corpus, type Http1Case, type Verdict } from './corpus.ts';
import type { Observed } from './observed.ts';

/** Fewer would mean that a file was emptied. */
const casesMin = 150;

const groups = readHttp1Corpus();
const cases = groups.flatMap((group) => group.cases);

let servers: Awaited<ReturnType<typeof startBoth>>;
beforeAll(async () => {
  servers = await startBoth();
});
afterAll(async () => {
  await servers.own.close();
  await servers.node.close();
});

/** As a case writes it: without headers, and with the begin of a body. */
function verdictOf({ requests, answers, closes }: Observed): Verdict {
  return {
    requests: requests.map((request) => request.replace(/ \[.*?\] /s, ' ').slice(0, 80)),
    answers: [...answers],
    closes,
  };
}

const bytewise = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));

/** Longer ones would take their time, and show nothing else. */
const bytewiseMax = 400;

test(`there are at least ${casesMin} cases, each with a name of its own, and each difference is explained`, () => {
  console.log(`${cases.length} cases in ${groups.length} files`);
  expect(cases.length).toBeGreaterThanOrEqual(casesMin);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  const unexplained = cases.filter(({ node, because }) => (node === undefined) !== (because === undefined));
  expect(unexplained.map(({ id }) => id)).toEqual([]);
});

describe.each(groups)('$name: $about', (group) => {
  test.each(group.cases)('$id: $about', async ({ raw, own, node, isLaxer }: Http1Case) => {
    const bytes = bytesOf(raw, new Map());
    const ofOwn = await servers.own.ask([bytes]);
    const ofNode = await servers.node.ask([bytes]);
    expect(verdictOf(ofOwn)).toEqual(own);
    expect(verdictOf(ofNode)).toEqual(node ?? own);
    expect(compare(ofOwn, ofNode) === 'laxer').toBe(isLaxer);
    if (bytes.length > bytewiseMax) return;
    const inPieces = await servers.own.ask(bytewise(bytes));
    expect(inPieces).toEqual(ofOwn);
  });
});
