import { matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRepository } from '../tidy/repository.ts';
import { alone } from '../../vitest.config.ts';
import { isWanted, steps, systemTests, unitTests } from './steps.ts';

const titlesOf = (word?: string): string[] => steps.filter((step) => isWanted(step, word)).map(({ title }) => title);

describe('what make test does', () => {
  it('is all of it, what prepares first', () => {
    expect(titlesOf()).toEqual([
      'programs of this machine',
      'Go programs',
      'Python programs',
      'types',
      'types of the dashboard',
      'types of the dashboard’s mock',
      'lint',
      'format',
      'dead code',
      'house style',
      'unit tests',
      'fuzzing',
      'system tests',
      'system tests, one at a time',
    ]);
  });

  it('is one part when one is asked for, and nothing when there is no such part', () => {
    expect(titlesOf('checks')).toHaveLength(7);
    expect(titlesOf('unit')).toEqual(['unit tests']);
    expect(titlesOf('fuzz')).toEqual(['fuzzing']);
    expect(titlesOf('system')).toEqual([
      'programs of this machine',
      'Go programs',
      'Python programs',
      'system tests',
      'system tests, one at a time',
    ]);
    expect(titlesOf('containers')).toEqual(['programs for containers', 'tests of containers']);
    expect(titlesOf('cluster')).toEqual(['programs for cluster', 'tests of cluster']);
    expect(titlesOf('supply')).toEqual(['programs for supply', 'scanners', 'tests of supply']);
    expect(titlesOf('nonsense')).toEqual([]);
  });

  it('runs every test file of the repository', () => {
    const { files } = readRepository(`${import.meta.dirname}/../..`);
    const tests = files.map(({ path }) => path).filter((path) => /\.test\.[cm]?[jt]sx?$/.test(path));
    expect(tests.length).toBeGreaterThan(100);
    expect(tests.filter((path) => ![unitTests, systemTests].some((pattern) => matchesGlob(path, pattern)))).toEqual([]);
  });

  it.each(alone)('has a test to run alone for %s', (pattern) => {
    // A name with a mistake in it would let its tests run beside others, unseen.
    const patterns = /^(.*)\{(.*)\}(.*)$/.exec(pattern);
    const [, before = '', names = '', after = ''] = patterns ?? [];
    const each = patterns === null ? [pattern] : names.split(',').map((name) => `${before}${name}${after}`);
    const { files } = readRepository(`${import.meta.dirname}/../..`);
    expect(each.filter((one) => !files.some(({ path }) => matchesGlob(path, one)))).toEqual([]);
  });
});
