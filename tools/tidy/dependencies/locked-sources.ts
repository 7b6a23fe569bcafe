import type { Rule } from '../repository.ts';
import { findingAt } from './at-name.ts';
import { lockfile, readDependencies } from './read-dependencies.ts';

const exactVersion = /^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;
/** Which mirror a machine asks is its own affair: npm puts it in the place of this address. */
const registry = 'https://registry.npmjs.org/';
const integrity = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** Every locked package is one version from the registry, held by its hash: never a branch, an address or a folder. */
export const lockedSources: Rule = (repository) =>
  (readDependencies(repository)?.locked ?? []).flatMap((locked) => {
    const complain = (message: string) => findingAt(repository, lockfile, `"${locked.place}"`, message);
    const { name, version = '', resolved } = locked;
    const findings = [];
    if (!exactVersion.test(version)) {
      findings.push(complain(`${name} is '${version}', not one version. Name a version of the registry.`));
    }
    if (resolved !== undefined && !(resolved.startsWith(registry) && resolved.endsWith('.tgz'))) {
      findings.push(complain(`${name} comes from ${resolved}. Take it from ${registry}.`));
    }
    if (!integrity.test(locked.integrity ?? '')) {
      const how = 'Run node tools/complete-lockfile.mjs, or npm install against a full registry';
      findings.push(complain(`${name} has no sha512 hash: other bytes would be installed unnoticed. ${how}.`));
    }
    return findings;
  });
