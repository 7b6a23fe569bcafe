import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { hostNode, npmSetting, runNpm } from './npm.mjs';
import { run } from './run.mjs';

/** The version, and the npm packages that hold its binary, by platform and architecture, with the hash of their tarballs. */
export const { version: nodeVersion, packages: nodePackages } = JSON.parse(
  readFileSync(new URL('pinned-node.json', import.meta.url), 'utf8'),
);

/** The one path that every door runs: a link to the Node that was chosen. */
export const nodeLink = (/** @type {string} */ root) => join(root, '.tools', 'bin', 'node');

const npmSettings = (/** @type {string} */ root) => join(home(root), 'etc', 'npmrc');

const home = (/** @type {string} */ root) => join(root, '.tools', `node-${nodeVersion}`);

export const nodeStep = {
  title: `Node ${nodeVersion}`,

  isDone(/** @type {string} */ root) {
    if (packageOfThisMachine() === undefined) return existsSync(nodeLink(root));
    return [nodeLink(root), join(home(root), 'bin', 'node')].every(existsSync) && isThere(npmSettings(root));
  },

  run(/** @type {string} */ root) {
    const pinned = packageOfThisMachine();
    if (pinned === undefined) {
      replaceLink(acceptableNodeOfThisMachine(), nodeLink(root));
      return;
    }
    const node = join(home(root), 'bin', 'node');
    if (!existsSync(node)) install(root, pinned);
    // npm looks for the settings of the machine (a mirror, a certificate) beside the Node that runs it.
    replaceLink(npmSetting(root, 'globalconfig'), npmSettings(root));
    replaceLink(relative(dirname(nodeLink(root)), node), nodeLink(root));
  },
};

function packageOfThisMachine() {
  // The packaged binaries are linked with glibc; on musl (Alpine) they do not start.
  const header = process.report?.getReport()?.header;
  if (process.platform === 'linux' && header?.glibcVersionRuntime === undefined) return undefined;
  return nodePackages[`${process.platform}-${process.arch}`];
}

function acceptableNodeOfThisMachine() {
  const node = hostNode();
  const version = run(node, ['--version']).trim();
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  if (major === 24 && minor >= 20) return node;
  throw new Error(
    `this machine (${process.platform} ${process.arch}) runs Node ${version}, and Node 24.20 or a later 24 is needed. ` +
      'There is no packaged one for it: install it from https://nodejs.org or with "nvm install 24", then run make again.',
  );
}

/** Downloads, verifies and unpacks beside the final place; the rename makes it appear whole or not at all. */
function install(root, pinned) {
  const partial = `${home(root)}.partial`;
  const unpacked = unpackPinnedNode(root, pinned, partial);
  const answer = run(join(unpacked, 'bin', 'node'), ['--version']).trim();
  if (answer !== `v${nodeVersion}`) throw new Error(`the fetched Node answers ${answer} instead of v${nodeVersion}.`);
  renameSync(unpacked, home(root));
  rmSync(partial, { recursive: true, force: true });
}

/**
 * Fetches a package of the pinned Node into an empty folder, checks its hash and unpacks it.
 * @param {string} root the repository, where npm runs
 * @param {{ name: string, integrity: string }} pinned
 * @param {string} partial is deleted first
 * @returns the folder with what the package holds
 */
export function unpackPinnedNode(root, { name, integrity }, partial) {
  rmSync(partial, { recursive: true, force: true });
  const unpacked = join(partial, 'unpacked');
  mkdirSync(unpacked, { recursive: true });
  runNpm(root, ['pack', `${name}@${nodeVersion}`, '--pack-destination', partial], hostNode());
  const file = readdirSync(partial).find((entry) => entry.endsWith('.tgz'));
  if (file === undefined) throw new Error(`"npm pack ${name}@${nodeVersion}" left no file; run it by hand to see why.`);
  const tarball = join(partial, file);
  verify(tarball, name, integrity);
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', unpacked]);
  return unpacked;
}

function verify(tarball, name, expected) {
  const found = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (found === expected) return;
  throw new Error(
    `the package ${name}@${nodeVersion} that the registry sent is not the pinned one: ` +
      `its hash is ${found}, and ${expected} was expected. Nothing was installed. ` +
      'Check which registry answers (npm config get registry) and whether a proxy changes downloads, then run make again.',
  );
}

function replaceLink(target, place) {
  mkdirSync(dirname(place), { recursive: true });
  rmSync(`${place}.partial`, { force: true });
  symlinkSync(target, `${place}.partial`);
  renameSync(`${place}.partial`, place);
}

/** A link counts even where it leads to nothing: a machine may have no settings yet. */
function isThere(link) {
  return lstatSync(link, { throwIfNoEntry: false }) !== undefined;
}
