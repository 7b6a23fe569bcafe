import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOfFiles } from './hash-files.mjs';
import { nodeLink } from './pinned-node.mjs';
import { run } from './run.mjs';

const stamp = (root) => join(root, '.cache', 'models-fetched-from');
const inputs = (root) =>
  hashOfFiles(
    root,
    fetchedModels(root).map((name) => `models/${name}/source.json`),
  );

/** Models that the repository names and does not hold. */
const fetchedModels = (root) =>
  readdirSync(join(root, 'models')).filter((name) => existsSync(join(root, 'models', name, 'source.json')));

export const modelsStep = {
  title: 'example models',

  isDone(root) {
    return (
      fetchedModels(root).every((name) => existsSync(join(root, '.cache', 'models', name, '1', 'model.onnx'))) &&
      existsSync(stamp(root)) &&
      readFileSync(stamp(root), 'utf8') === inputs(root)
    );
  },

  run(root) {
    const fetchedFrom = inputs(root);
    rmSync(stamp(root), { force: true });
    run(nodeLink(root), ['models/fetch.ts'], { cwd: root });
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(stamp(root), fetchedFrom);
  },
};
