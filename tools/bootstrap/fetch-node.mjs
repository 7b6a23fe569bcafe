#!/usr/bin/env node
// node tools/bootstrap/fetch-node.mjs <amd64|arm64> <folder>: the pinned Node of an architecture, for the images.
// Plain JavaScript without dependencies: it runs in an image that holds any Node >= 20 with npm, and nothing of ours yet.
import { chmodSync, cpSync, mkdirSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { nodePackages, nodeVersion, unpackPinnedNode } from './pinned-node.mjs';

const root = dirname(dirname(import.meta.dirname));

/** Docker says amd64 where Node says x64. */
const architectures = new Map([
  ['amd64', 'x64'],
  ['arm64', 'arm64'],
]);

/**
 * Writes the program and its licence, with times that are the same each time.
 * @param {string} architecture
 * @param {string} folder
 */
function fetchNode(architecture, folder) {
  const pinned = nodePackages[`linux-${architectures.get(architecture)}`];
  if (pinned === undefined) {
    throw new Error(
      `there is no pinned Node for the architecture '${architecture}', only for amd64 and arm64. ` +
        'An empty one means that the builder does not say it: build with BuildKit (DOCKER_BUILDKIT=1).',
    );
  }
  const partial = `${folder}.partial`;
  const unpacked = unpackPinnedNode(root, pinned, partial);
  for (const name of ['bin/node', 'LICENSE']) {
    const target = join(folder, name);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(unpacked, name), target);
    utimesSync(target, 0, 0);
  }
  chmodSync(join(folder, 'bin/node'), 0o755);
  for (const made of [join(folder, 'bin'), folder]) utimesSync(made, 0, 0);
  rmSync(partial, { recursive: true, force: true });
  console.log(`${folder}: Node ${nodeVersion} for ${architecture}`);
}

const [architecture = '', folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('write node tools/bootstrap/fetch-node.mjs <amd64|arm64> <folder>');
  process.exitCode = 2;
} else {
  fetchNode(architecture, resolve(folder));
}
