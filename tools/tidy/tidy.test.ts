import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRepository } from './repository.ts';
import { tidyRules } from './rules.ts';

const root = join(import.meta.dirname, '..', '..');
const tidy = join(root, 'tools', 'tidy.ts');

describe('this repository', () => {
  const repository = readRepository(root);

  it.each(Object.entries(tidyRules))('keeps the rule %s', (_name, rule) => {
    expect(rule(repository).map(({ path, line, message }) => `${path}:${line}: ${message}`)).toEqual([]);
  });
});

describe('the command', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidy-'));
    execFileSync('git', ['init', '--quiet', folder]);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const run = () => spawnSync(process.execPath, [tidy, folder], { encoding: 'utf8' });

  it('prints a broken import and an emptied script, and exits with 1', () => {
    write(
      'packages/core/src/inference/request.ts',
      `import { loadConfig } from '@cluster-ai/platform/config/load-config.ts';\n\nexport const settings = loadConfig;\n`,
    );
    write('.ci/run', '#!/usr/bin/env bash\nset -euo pipefail\n# make test\n');
    chmodSync(join(folder, '.ci/run'), 0o755);
    const { status, stdout } = run();
    expect(stdout).toContain(
      'packages/core/src/inference/request.ts:1: core may not import platform. Move what both need into a package that both may import ' +
        '(tools/tidy/import-permissions.ts lists them), or take it as an argument.\n',
    );
    expect(stdout).toContain(
      '.ci/run:1: this script does nothing and exits with 0. Write what its name promises, or delete it.\n',
    );
    expect(status).toBe(1);
  });

  it('reads what git would track, and neither what it ignores nor what is no text', () => {
    write('.gitignore', 'dist/\n');
    write('dist/utils.ts', '');
    write('picture.json', '\0');
    write('notes.md', 'plain\n');
    expect(readRepository(folder)).toMatchObject({
      files: [{ path: '.gitignore' }, { path: 'notes.md' }],
      binaries: ['picture.json'],
    });
  });
});
