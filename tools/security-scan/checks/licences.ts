import { readRepository } from '../../tidy/repository.ts';
import { allowedLicences } from '../../tidy/dependencies/allowed-licences.ts';
import { readDependencies } from '../../tidy/dependencies/read-dependencies.ts';
import { done, notRun, type Outcome } from './check.ts';

/** Every package of the lockfiles is under a licence of the list, or an exception with its reason. */
export function checkLicences(root: string): Outcome {
  const repository = readRepository(root);
  const dependencies = readDependencies(repository);
  if (dependencies === null) return notRun('licences', 'there is no package-lock.json with its list of licences');
  const problems = allowedLicences(repository).map(({ path, line, message }) => ({
    kind: 'licence' as const,
    id: 'licence',
    target: 'the tree',
    path,
    line,
    sentence: message,
  }));
  const count = dependencies.locked.length + dependencies.python.length;
  return done('licences', `${count} packages against the list of tools/tidy/dependencies/known.json`, { problems });
}
