import type { Rule } from '../repository.ts';
import { readDependencies } from './read-dependencies.ts';

/** Every Python package is one version, held by the hashes of its files. */
export const pythonHashes: Rule = (repository) =>
  (readDependencies(repository)?.python ?? []).flatMap(({ name, version, hashes, path, line }) => {
    const messages = [];
    if (!/^==[\w.!+-]+$/.test(version)) {
      messages.push(`${name} is '${version}', not one version. Write ==, and the version.`);
    }
    if (hashes.length === 0 || !hashes.every((hash) => /^sha256:[0-9a-f]{64}$/.test(hash))) {
      messages.push(`${name} has no hashes. The first lines of this file say how they are made.`);
    }
    return messages.map((message) => ({ path, line, message }));
  });
