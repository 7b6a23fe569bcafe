import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOfFiles } from './hash-files.mjs';
import { npmSetting } from './npm.mjs';
import { nodeLink } from './pinned-node.mjs';
import { run } from './run.mjs';

const stamp = (root) => join(root, '.cache', 'models-fetched-by');
const inputs = (root) => hashOfFiles(root, ['models/fetch.ts']);

export const modelsStep = {
  title: 'example models',

  isDone(root) {
    if (!existsSync(join(root, 'models/fetch.ts'))) return true;
    return existsSync(stamp(root)) && readFileSync(stamp(root), 'utf8') === inputs(root);
  },

  run(root) {
    const fetchedBy = inputs(root);
    rmSync(stamp(root), { force: true });
    const env = { ...process.env, npm_config_globalconfig: npmSetting(root, 'globalconfig') };
    run(nodeLink(root), ['models/fetch.ts'], { cwd: root, env });
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(stamp(root), fetchedBy);
  },
};
