import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forgetSources, isOfSources, noteSources } from './bundle-sources.ts';

let root = '';
let bundle = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundle-sources-'));
  bundle = join(root, 'dist/program');
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(root, 'main.ts'), 'one');
  writeFileSync(join(root, 'part.ts'), 'two');
  noteSources(root, bundle, ['part.ts', 'main.ts']);
});
afterEach(() => rmSync(root, { recursive: true }));

test('a bundle is of its sources until one of them changes, and again when it is as before', () => {
  expect(isOfSources(root, bundle)).toBe(true);
  writeFileSync(join(root, 'part.ts'), 'TWO');
  expect(isOfSources(root, bundle)).toBe(false);
  writeFileSync(join(root, 'part.ts'), 'two');
  expect(isOfSources(root, bundle)).toBe(true);
});

test('a bundle is of no sources when one is gone, or when it is being written', () => {
  rmSync(join(root, 'main.ts'));
  expect(isOfSources(root, bundle)).toBe(false);
  writeFileSync(join(root, 'main.ts'), 'one');
  forgetSources(bundle);
  expect(isOfSources(root, bundle)).toBe(false);
  forgetSources(bundle);
});
