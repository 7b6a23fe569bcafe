import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRepository } from '../tidy/repository.ts';
import { artefactGlobs, guards, guardsOf, isArtefact } from './guards.ts';

const root = join(import.meta.dirname, '..', '..');
const paths = readRepository(root).files.map(({ path }) => path);

describe('guards', () => {
  it('every artefact of the repository has one', () => {
    expect(paths.filter((path) => isArtefact(path) && guardsOf(path).length === 0)).toEqual([]);
  });

  it('each guards something, with tests that exist', () => {
    const found = (globs: readonly string[]) => globSync(globs, { cwd: root, exclude: ['**/node_modules/**'] });
    const idle = guards.filter(({ artefacts }) => found(artefacts).length === 0);
    const missing = guards
      .flatMap(({ tests }) => tests.slice(2))
      .filter((path) => found([path, `${path}/**/*.test.ts`]).length === 0);
    expect({ idle, missing }).toEqual({ idle: [], missing: [] });
  });

  it('code is no artefact, whatever its folder', () => {
    expect(isArtefact('deployments/render.ts')).toBe(false);
    expect(artefactGlobs).not.toEqual([]);
  });
});
