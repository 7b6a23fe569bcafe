import { describe, expect, it } from 'vitest';
import { fuzzOutcome } from './run-fuzz.ts';

describe('what a run of the fuzzer proves', () => {
  it('is a test for each target, when nothing was found', () => {
    expect(fuzzOutcome('infer-json …\n\n22 passed, 0 failed\n', 0)).toEqual({ passed: 22, failed: 0, remarks: [] });
  });

  it('is a failed test for each failure that was found', () => {
    expect(fuzzOutcome('  FOUND TypeError …\n\n21 passed, 2 failed\n', 1)).toEqual({
      passed: 21,
      failed: 2,
      remarks: [],
    });
  });

  it.each([
    ['it ended without its counts', 'TypeError: …', 1],
    ['it was killed', '', null],
    ['its counts are good and its exit code is not', '22 passed, 0 failed\n', 1],
    ['its exit code is good and its counts are not', '21 passed, 1 failed\n', 0],
    ['it had no target', '0 passed, 0 failed\n', 0],
  ])('fails when %s', (_what, output, exitCode) => {
    const outcome = fuzzOutcome(output, exitCode);
    expect(outcome.failed).toBeGreaterThan(0);
    expect(outcome.remarks).toHaveLength(1);
  });
});
