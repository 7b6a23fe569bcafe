import { describe, expect, it } from 'vitest';
import { countTests } from './count-tests.ts';

const file = (name: string, status: string, results: readonly (readonly [string, string])[], message = '') => ({
  name,
  status,
  message,
  assertionResults: results.map(([fullName, result]) => ({ fullName, status: result })),
});

describe('counting tests', () => {
  it('adds up what passed and failed', () => {
    const report = {
      testResults: [
        file('a.test.ts', 'passed', [
          ['one', 'passed'],
          ['two', 'passed'],
        ]),
        file('b.test.ts', 'failed', [
          ['three', 'passed'],
          ['four', 'failed'],
        ]),
      ],
    };
    expect(countTests(report, 1)).toEqual({ passed: 3, failed: 1, remarks: [] });
  });

  it('counts a file that does not load as failed', () => {
    const report = { testResults: [file('a.test.ts', 'failed', [], 'Cannot find module ./b.ts\n  at line 1')] };
    expect(countTests(report, 1)).toEqual({
      passed: 0,
      failed: 1,
      remarks: ['a.test.ts: the file itself failed: Cannot find module ./b.ts'],
    });
  });

  it('counts a test that was passed over as failed', () => {
    const report = {
      testResults: [
        file('a.test.ts', 'passed', [
          ['one', 'passed'],
          ['two', 'pending'],
          ['three', 'todo'],
        ]),
      ],
    };
    expect(countTests(report, 0)).toEqual({
      passed: 1,
      failed: 2,
      remarks: [`a.test.ts: 'two' was pending, not run`, `a.test.ts: 'three' was todo, not run`],
    });
  });

  it('counts a run that ended badly for another reason as failed', () => {
    expect(countTests({ testResults: [file('a.test.ts', 'passed', [['one', 'passed']])] }, 1)).toMatchObject({
      passed: 1,
      failed: 1,
    });
    expect(countTests(undefined, null)).toEqual({ passed: 0, failed: 1, remarks: ['vitest ended without a report'] });
  });
});
