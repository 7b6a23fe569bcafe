import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOfFiles } from './hash-files.mjs';
import { runNpm } from './npm.mjs';
import { nodeLink } from './pinned-node.mjs';
import { run } from './run.mjs';

/** Inside node_modules, so that whoever deletes the packages deletes the claim that they are there. */
const stamp = (root) => join(root, 'node_modules', '.installed-from');

const inputs = (root) => hashOfFiles(root, ['package-lock.json', '.npmrc']);

export const packagesStep = {
  title: 'npm packages',

  isDone(root) {
    return existsSync(stamp(root)) && readFileSync(stamp(root), 'utf8') === inputs(root);
  },

  run(root) {
    const installedFrom = inputs(root);
    // npm ci empties the folder as it begins; the stamp goes first, so that an interrupted run is seen as one.
    rmSync(stamp(root), { force: true });
    runNpm(root, ['ci'], nodeLink(root));
    run(nodeLink(root), ['tools/link-postgres-libraries.ts'], { cwd: root });
    writeFileSync(stamp(root), installedFrom);
  },
};
