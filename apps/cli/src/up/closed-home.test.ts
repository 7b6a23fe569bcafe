import { lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { linkClosedHome } from './closed-home.ts';

let folder: string;
const user = { name: 'cluster-ai', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, groups: [] };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cluster-ai-closed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('puts a link in the place of an empty folder, and its data where the user can go', () => {
  const home = join(folder, 'home');
  mkdirSync(home);
  const data = linkClosedHome(home, user, join(folder, 'open'));
  expect(lstatSync(home).isSymbolicLink()).toBe(true);
  expect(realpathSync(home)).toBe(realpathSync(data));
  expect(data.startsWith(join(folder, 'open'))).toBe(true);
});

it('leaves a folder with files alone, and says what to do', () => {
  const home = join(folder, 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'file'), '');
  expect(() => linkClosedHome(home, user, join(folder, 'open'))).toThrow(
    /cannot enter .*home: a folder above it is closed/,
  );
  expect(lstatSync(home).isDirectory()).toBe(true);
});
