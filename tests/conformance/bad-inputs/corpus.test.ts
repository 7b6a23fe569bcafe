import { expect, test } from 'vitest';
import { readCorpus, themes } from './corpus.ts';

/** Fewer would mean that a file was emptied. */
const casesMin = 450;
const casesOfThemeMin = 10;

const groups = readCorpus();
const cases = groups.flatMap((group) => group.cases);

test(`there are at least ${casesMin} cases, each with a name of its own`, () => {
  console.log(`${cases.length} cases in ${groups.length} files`);
  expect(cases.length).toBeGreaterThanOrEqual(casesMin);
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
});

test.each(themes)('the theme %s is covered', (theme) => {
  const found = groups.filter((group) => group.theme === theme).flatMap((group) => group.cases);
  expect(found.length).toBeGreaterThanOrEqual(casesOfThemeMin);
});

/** Cases that are answered with success, and why that is right. */
const taken = {
  'json-syntax-bom': 'RFC 8259 lets a reader ignore the mark',
  'json-types-timeout-huge': 'the default is the longest timeout there is',
  'cookies-and-tokens-oidc-callback': 'a browser is led back to the page, which shows what was wrong',
  'slow-clients-idle': 'only what follows the answer is wrong',
  'slow-clients-pipelined-slow': 'only the second request is wrong',
};

test('every other answer is an error of the client', () => {
  const successes = cases.filter(({ expect: { answers } }) => answers.some(({ status }) => status < 400));
  expect(successes.map(({ id }) => id).toSorted()).toEqual(Object.keys(taken).toSorted());
  const faults = cases.flatMap(({ expect: { answers } }) => answers.filter(({ status }) => status >= 500));
  // Triton, whose clients' tests assert it, answers 500 to a dimension that is no unsigned integer, and 501 to what it
  // knows and does not do.
  const known = /^Unable to parse 'shape'| not supported|^Client shared memory is disabled/;
  const others = faults.filter(({ error, problem }) => !known.test(error ?? problem?.detail ?? ''));
  expect(others).toEqual([]);
});
