import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyClosure } from './copy-closure.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cluster-ai-closure-'));
  copyClosure(folder, ['/usr/bin/sort', '/etc/debian_version']);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the closure of a program', () => {
  it('runs with its own loader and libraries alone', () => {
    const [loader = ''] = globSync('lib*/ld-linux*', { cwd: folder });
    const libraries = join(folder, 'usr/lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`);
    const args = ['--inhibit-cache', '--library-path', libraries, join(folder, 'usr/bin/sort')];
    const sorted = spawnSync(join(folder, loader), args, { input: 'b\na\n', encoding: 'utf8', env: {} });
    expect(sorted).toMatchObject({ status: 0, stdout: 'a\nb\n' });
  });

  it('says of each package where it came from', () => {
    expect(readFileSync(join(folder, 'var/lib/dpkg/status.d/coreutils'), 'utf8')).toMatch(/^Version: /m);
    expect(existsSync(join(folder, 'var/lib/dpkg/status.d/libc6'))).toBe(true);
    expect(existsSync(join(folder, 'usr/share/doc/coreutils/copyright'))).toBe(true);
    expect(existsSync(join(folder, 'etc/debian_version'))).toBe(true);
  });

  it('is refused when a file is missing', () => {
    expect(() => copyClosure(folder, ['/usr/bin/no-such-program'])).toThrow('there is no /usr/bin/no-such-program');
  });
});
