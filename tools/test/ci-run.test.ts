import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('.ci/run', () => {
  let checkout: string;
  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'ci-run-'));
    cpSync(join(import.meta.dirname, '..', '..', '.ci'), join(checkout, '.ci'), { recursive: true });
  });
  afterEach(() => rmSync(checkout, { recursive: true }));

  /** Runs it where `make test` is this shell command, without a home. */
  const run = (command: string) => {
    writeFileSync(join(checkout, 'Makefile'), `test:\n\t@${command}\n`);
    const result = spawnSync(join(checkout, '.ci', 'run'), {
      env: { PATH: process.env['PATH'], HOME: '' },
      encoding: 'utf8',
    });
    return { status: result.status, lastLine: result.stdout.trimEnd().split('\n').at(-1), stdout: result.stdout };
  };

  it('ends with the counts and 0 when everything passed', () => {
    expect(run('echo "3 passed, 0 failed"')).toEqual({
      status: 0,
      lastLine: '3 passed, 0 failed',
      stdout: '3 passed, 0 failed\n',
    });
  });

  it('ends with the counts and 1 when a test failed, though make adds a line', () => {
    const { status, lastLine, stdout } = run('echo "2 passed, 1 failed"; exit 1');
    expect({ status, lastLine }).toEqual({ status: 1, lastLine: '2 passed, 1 failed' });
    expect(stdout).toContain('Error 1');
  });

  it.each([
    ['make ended before any test', 'exit 2', '0 passed, 1 failed'],
    ['nothing was proven', 'echo "0 passed, 0 failed"', '0 passed, 0 failed'],
    ['the counts and the exit code disagree', 'echo "2 passed, 1 failed"', '2 passed, 1 failed'],
  ])('fails when %s', (_case, command, lastLine) => {
    expect(run(command)).toMatchObject({ status: 1, lastLine });
  });

  it('gives the tests a home, no stdin and CI=true', () => {
    expect(run('test -d "$$HOME" && test "$$CI" = true && ! read line && echo "1 passed, 0 failed"')).toMatchObject({
      status: 0,
    });
  });
});
