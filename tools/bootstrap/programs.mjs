import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOfFiles } from './hash-files.mjs';
import { nodeLink } from './pinned-node.mjs';
import { run } from './run.mjs';

/** Those that run from their bundles. */
const names = ['cli', 'control-plane', 'gateway'];

const stamp = (root) => join(root, '.cache', 'programs-bundled-from');
const packages = ['contract', 'core', 'platform', 'protocols', 'runtimes'].map((name) => `packages/${name}`);
const programs = [...names, 'runner'].map((name) => `apps/${name}`);
const inputs = (root) =>
  hashOfFiles(root, [...programs, ...packages, 'tools/dist', 'tools/dist.ts', 'package-lock.json']);

export const programsStep = {
  title: 'programs',

  isDone(root) {
    return (
      names.every((name) => existsSync(join(root, 'dist', `${name}.sources.json`))) &&
      existsSync(stamp(root)) &&
      readFileSync(stamp(root), 'utf8') === inputs(root)
    );
  },

  run(root) {
    const bundledFrom = inputs(root);
    rmSync(stamp(root), { force: true });
    run(nodeLink(root), ['tools/dist.ts', ...names.flatMap((name) => ['--only', name])], { cwd: root });
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(stamp(root), bundledFrom);
  },
};
