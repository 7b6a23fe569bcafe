import type { Rule } from '../repository.ts';
import { findingAt } from './at-name.ts';
import { knownFile, lockfile, nameIn, readDependencies } from './read-dependencies.ts';

/** No package runs code when it is installed; of those that would, it is known what is done instead. */
export const noInstallScripts: Rule = (repository) => {
  const dependencies = readDependencies(repository);
  if (dependencies === null) return [];
  const scripted = dependencies.locked.filter(({ hasInstallScript }) => hasInstallScript === true);
  const { installScripts } = dependencies.known;
  const unknown = scripted
    .filter(({ name }) => nameIn(installScripts, name) === undefined)
    .map(({ name, place }) => {
      const message = `${name} wants to run a script when it is installed, which it may not. Write into ${knownFile} what is done instead.`;
      return findingAt(repository, lockfile, `"${place}"`, message);
    });
  const idle = Object.keys(installScripts)
    .filter((pattern) => !scripted.some(({ name }) => nameIn({ [pattern]: true }, name) === true))
    .map((name) => findingAt(repository, knownFile, `"${name}"`, `${name} has no script any more. Remove the entry.`));
  const settings = repository.files.find(({ path }) => path === '.npmrc')?.text ?? '';
  if (/^ignore-scripts=true$/m.test(settings)) return [...unknown, ...idle];
  const message = 'packages could run code when they are installed. Write ignore-scripts=true.';
  return [...unknown, ...idle, { path: '.npmrc', line: 1, message }];
};
