import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOfFiles } from './hash-files.mjs';
import { runNpm } from './npm.mjs';
import { nodeLink } from './pinned-node.mjs';

const folder = (root) => join(root, 'web-dashboard');
const stamp = (root) => join(root, '.cache', 'dashboard-built-from');
const inputs = (root) =>
  hashOfFiles(root, ['web-dashboard', 'packages/core/src', 'packages/contract/src', 'package-lock.json']);

export const dashboardStep = {
  title: 'dashboard',

  isDone(root) {
    return (
      existsSync(join(folder(root), 'dist', 'index.html')) &&
      existsSync(stamp(root)) &&
      readFileSync(stamp(root), 'utf8') === inputs(root)
    );
  },

  run(root) {
    const builtFrom = inputs(root);
    const partial = join(folder(root), 'dist.partial');
    rmSync(stamp(root), { force: true });
    const build = ['run', 'build', '--workspace', 'web-dashboard', '--', '--outDir', 'dist.partial', '--emptyOutDir'];
    runNpm(root, build, nodeLink(root));
    rmSync(join(folder(root), 'dist'), { recursive: true, force: true });
    renameSync(partial, join(folder(root), 'dist'));
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(stamp(root), builtFrom);
  },
};
