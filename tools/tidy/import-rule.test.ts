import { describe, expect, it } from 'vitest';
import { said } from './fixture.ts';
import type { ImportPermissions } from './import-permissions.ts';
import { importRule } from './import-rule.ts';

const permissions: ImportPermissions = {
  workspaces: [
    { folder: 'packages/core', mayImport: [], browserSafe: true },
    { folder: 'packages/platform', mayImport: ['packages/core'] },
    { folder: 'packages/testkit', mayImport: [] },
    { folder: 'apps/gateway', mayImport: [] },
    { folder: 'apps/runner', mayImport: [] },
    { folder: 'apps/control-plane', mayImport: [] },
    { folder: 'tests', mayImport: [] },
  ],
  restrictedPackages: [{ name: 'pg', allowedIn: ['packages/platform'], instead: 'Ask the control plane.' }],
};

/** Uses every permission above, so that a test sees only what it broke. */
const allUsed = {
  'packages/platform/src/used.ts': `import pg from 'pg';\nimport { x } from '@cluster-ai/core/x.ts';\nexport const used = [pg, x];\n`,
};
const judge = (files: Record<string, string>) => said(importRule(permissions), { ...allUsed, ...files });

describe('the import rule', () => {
  it('is silent about what is permitted', () => {
    expect(
      judge({
        'packages/core/src/a.ts': `import { b } from './b.ts';\nimport { z } from 'zod';\nexport const a = [b, z];\n`,
      }),
    ).toEqual([]);
  });

  it('names the two workspaces and what to do', () => {
    expect(
      judge({ 'packages/core/src/a.ts': `// why\nimport type { Log } from '@cluster-ai/platform/log.ts';\n` }),
    ).toEqual([
      'packages/core/src/a.ts:2: core may not import platform. Move what both need into a package that both may import ' +
        '(tools/tidy/import-permissions.ts lists them), or take it as an argument.',
    ]);
  });

  it('refuses an app in an app', () => {
    expect(
      judge({ 'apps/gateway/src/a.ts': `export const run = () => import('@cluster-ai/runner/main.ts');\n` }),
    ).toEqual([
      'apps/gateway/src/a.ts:1: apps never import apps: gateway may not import runner. ' +
        'Move what both need into a package, or start the other as a process.',
    ]);
  });

  it('refuses the way around a package name', () => {
    expect(judge({ 'apps/gateway/src/a.ts': `import { x } from '../../../packages/core/src/x.ts';\n` })).toEqual([
      `apps/gateway/src/a.ts:1: '../../../packages/core/src/x.ts' leaves apps/gateway by its path. Import core by its package name instead.`,
    ]);
  });

  it('keeps node: out of what runs in browsers, but not out of its tests', () => {
    const text = `import { readFileSync } from 'node:fs';\n`;
    expect(judge({ 'packages/core/src/a.ts': text, 'packages/core/src/a.test.ts': text })).toEqual([
      `packages/core/src/a.ts:1: packages/core also runs in browsers, so it may not import 'node:fs'. ` +
        'Take what it gives as an argument, or move this code to packages/platform.',
    ]);
  });

  it('keeps testkit to tests', () => {
    const text = `import { clock } from '@cluster-ai/testkit/clock.ts';\n`;
    expect(
      judge({ 'apps/gateway/src/a.ts': text, 'apps/gateway/src/a.test.ts': text, 'tests/e2e/a.test.ts': text }),
    ).toEqual([
      'apps/gateway/src/a.ts:1: only tests may import testkit. Move this code into a *.test.ts file, or what it needs out of testkit.',
    ]);
  });

  it('keeps a restricted package to its folders', () => {
    expect(judge({ 'apps/gateway/src/a.ts': `import pg from 'pg';\n` })).toEqual([
      `apps/gateway/src/a.ts:1: 'pg' may be imported only in packages/platform. Ask the control plane.`,
    ]);
  });

  it('lets features of the control plane meet at their public faces only', () => {
    const features = 'apps/control-plane/src/features';
    const files = {
      [`${features}/models/service.ts`]: `import { audit } from '../audit/store.ts';\nimport { entry } from '../audit/index.ts';\n`,
      [`${features}/audit/index.ts`]: `export { entry } from './store.ts';\n`,
    };
    expect(judge(files)).toEqual([
      `${features}/models/service.ts:1: this reaches past the public face of the feature 'audit'. ` +
        'Import features/audit/index.ts, and export there what is needed.',
    ]);
  });

  it('reports a permission that no file uses', () => {
    expect(said(importRule(permissions), {})).toEqual([
      `tools/tidy/import-permissions.ts:1: no file uses the permission 'packages/platform → packages/core'. ` +
        `Remove it, or write { folder, reserved: '<what will use it>' }.`,
      `tools/tidy/import-permissions.ts:1: no file uses the permission 'packages/platform → pg'. ` +
        `Remove it, or write { folder, reserved: '<what will use it>' }.`,
    ]);
  });

  it('reports a reservation that is taken', () => {
    const reserved: ImportPermissions = {
      workspaces: [
        { folder: 'packages/core', mayImport: [] },
        { folder: 'packages/platform', mayImport: [{ folder: 'packages/core', reserved: 'metrics' }] },
      ],
      restrictedPackages: [],
    };
    expect(said(importRule(reserved), {})).toEqual([]);
    expect(said(importRule(reserved), allUsed)).toEqual([
      `tools/tidy/import-permissions.ts:1: the permission 'packages/platform → packages/core' is used now. Remove its 'reserved'.`,
    ]);
  });

  it('does not take text for imports', () => {
    const text = "export const example = `\nimport { x } from '@cluster-ai/platform/x.ts';\n`; // import 'pg'\n";
    expect(judge({ 'packages/core/src/a.ts': text })).toEqual([]);
  });
});
