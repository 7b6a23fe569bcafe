import { accessSync, closeSync, constants, openSync, readSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from './run.mjs';

/** The user's own Node: the first on PATH that is not the one fetched into this checkout. */
export function hostNode() {
  return findOnPath('node', (path) => !path.includes('/.tools/')) ?? process.execPath;
}

/**
 * Runs npm of this machine, with its settings and mirror, on the given Node.
 * Naming the Node matters: under an older one npm resolves other versions of packages.
 * @param {string} root the repository, where npm runs
 * @param {string[]} args
 * @param {string} node
 */
export function runNpm(root, args, node) {
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
  try {
    return run(node, [npmProgram(), ...args], { cwd: root, env: { ...process.env, PATH: path } });
  } catch (error) {
    throw new Error(
      `${error.message}\nIf the network or the npm registry is the reason (npm config get registry shows the address), ` +
        'mend that and run make again: it goes on where it stopped.',
      { cause: error },
    );
  }
}

/** A setting of the user's npm, as their own Node sees it. */
export function npmSetting(root, name) {
  return run(hostNode(), [npmProgram(), 'config', 'get', name], { cwd: root }).trim();
}

function npmProgram() {
  const npm = findOnPath('npm', () => true);
  if (npm === undefined) {
    throw new Error('npm is not on PATH. Install Node 20 or later together with npm, then run make again.');
  }
  if (isNodeScript(npm)) return npm;
  // A version switcher put a program of its own in front of npm: ask it where npm lies.
  return join(run(npm, ['root', '--global']).trim(), 'npm', 'bin', 'npm-cli.js');
}

function findOnPath(program, accepts) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
    } catch {
      continue;
    }
    const real = realpathSync(path);
    if (accepts(real)) return real;
  }
  return undefined;
}

function isNodeScript(path) {
  const start = Buffer.alloc(64);
  const file = openSync(path, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  const [firstLine = ''] = start.toString('utf8').split('\n');
  return firstLine.startsWith('#!') && /\bnode\b/.test(firstLine);
}
