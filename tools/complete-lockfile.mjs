#!/usr/bin/env node
// Run after "npm install <package>" where the registry is a mirror that holds one platform only.
// npm leaves a platform package that it cannot fetch out of package-lock.json, and then "npm ci" refuses that file
// everywhere. This adds the missing entries from what their parents pin: they are installed on their own platform
// alone. Their hashes come from the registry, which knows them even where it holds no files.
//   node tools/complete-lockfile.mjs [--no-registry] [package-lock.json]
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const operatingSystems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'windows'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/**
 * Adds the entries that are missing.
 * @param {{ packages: Record<string, any> }} lockfile changed in place
 * @returns {string[]} the names of the packages that were added
 * @throws when a missing package is not one of a platform, or its version is a range
 */
function completeLockfile(lockfile) {
  const added = [];
  for (const [parentPath, parent] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (isLocked(lockfile, parentPath, name)) continue;
      lockfile.packages[`node_modules/${name}`] = entryOf(name, version, parent);
      added.push(name);
    }
  }
  // The order npm writes, so that the next install changes no other line.
  lockfile.packages = Object.fromEntries(
    Object.entries(lockfile.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')),
  );
  return added;
}

/** Node looks beside the parent first, then in every folder above it. */
function isLocked(lockfile, parentPath, name) {
  for (let folder = parentPath; ;) {
    if (lockfile.packages[folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`]) return true;
    if (folder === '') return false;
    const above = folder.lastIndexOf('node_modules/');
    folder = above > 0 ? folder.slice(0, above - 1) : '';
  }
}

function entryOf(name, version, parent) {
  if (!/^\d+\.\d+\.\d+[\w.+-]*$/.test(version)) {
    throw new Error(
      `${name} is asked for as '${version}', not as one version: run npm install against a full registry.`,
    );
  }
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const os = operatingSystems.find((word) => words.includes(word));
  const cpu = processors.find((word) => words.includes(word));
  if (cpu === undefined || (os === undefined && cpu !== 'wasm32')) {
    throw new Error(`'${name}' does not name its platform: run npm install against a full registry.`);
  }
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') && os === 'linux' ? 'glibc' : undefined;
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    ...(parent.license === undefined ? {} : { license: parent.license }),
    optional: true,
    ...(os === undefined ? {} : { os: [os === 'windows' ? 'win32' : os] }),
    ...(parent.engines === undefined ? {} : { engines: parent.engines }),
  };
}

/** The hash of a package as the registry of this machine's npm announces it. */
function integrityOf(name, version) {
  const answer = execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], { encoding: 'utf8' }).trim();
  if (answer.startsWith('sha512-')) return answer;
  throw new Error(`the registry knows no hash of ${name}@${version}: run npm install against a full registry.`);
}

/**
 * Gives every package of others a hash that has none: those that were added, and what npm wrote without one.
 * @param {{ packages: Record<string, any> }} lockfile changed in place
 * @returns {string[]} their places
 */
function addHashes(lockfile) {
  const places = Object.entries(lockfile.packages)
    .filter(([place, { link, integrity }]) => place.includes('node_modules/') && !link && integrity === undefined)
    .map(([place]) => place);
  for (const place of places) {
    const { version, resolved, ...rest } = lockfile.packages[place];
    const name = rest.name ?? place.slice(place.lastIndexOf('node_modules/') + 13);
    const integrity = integrityOf(name, version);
    lockfile.packages[place] = { version, ...(resolved === undefined ? {} : { resolved }), integrity, ...rest };
  }
  return places;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const given = words.find((word) => !word.startsWith('--'));
  const path = given ?? join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json');
  const lockfile = JSON.parse(readFileSync(path, 'utf8'));
  const added = completeLockfile(lockfile);
  const hashed = words.includes('--no-registry') ? [] : addHashes(lockfile);
  if (added.length + hashed.length > 0) {
    writeFileSync(`${path}.partial`, `${JSON.stringify(lockfile, null, 2)}\n`);
    renameSync(`${path}.partial`, path);
  }
  const done = [
    ...(added.length === 0 ? [] : [`added ${added.length} platform packages`]),
    ...(hashed.length === 0 ? [] : [`added ${hashed.length} hashes`]),
  ];
  console.log(`${path}: ${done.length === 0 ? 'complete' : done.join(', ')}`);
}
