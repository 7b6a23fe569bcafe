import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installPrerequisites } from './prerequisites.ts';

describe('what needs root', () => {
  let root: string;
  let printed: string[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'prerequisites-'));
    mkdirSync(join(root, 'tests'));
    printed = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
    // A machine without any program.
    vi.stubEnv('PATH', root);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true });
  });

  it('is nothing when no test speaks to such a program', () => {
    writeFileSync(join(root, 'tests', 'a.test.ts'), 'export {};');
    installPrerequisites(root, 'test');
    expect(printed).toEqual(['Needs root: nothing; every program that make test needs is installed.']);
  });

  it('is said with the reason and the tests, and what to do where it cannot be installed', () => {
    writeFileSync(join(root, 'tests', 'scrape.test.ts'), `spawn('promtool')`);
    expect(() => installPrerequisites(root, 'test')).toThrow(
      /^this machine has no apt-get\. Install by hand what gives these Debian packages' programs, then run make again: prometheus\.$/,
    );
    expect(printed).toEqual([
      'Needs root, to install what make test needs:',
      '  prometheus: a real Prometheus scrapes /metrics, and its promtool checks them (tests/scrape.test.ts)',
    ]);
  });

  it('is less for a person with a browser of their own', () => {
    writeFileSync(join(root, 'tests', 'page.test.ts'), `import { chromium } from 'playwright-core';`);
    vi.stubEnv('CHROMIUM_PATH', join(root, 'tests'));
    installPrerequisites(root, 'test');
    expect(printed).toEqual(['Needs root: nothing; every program that make test needs is installed.']);
  });
});
