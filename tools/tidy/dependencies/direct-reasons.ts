import { basename } from 'node:path';
import type { Finding, Repository, Rule } from '../repository.ts';
import { findingAt } from './at-name.ts';
import { knownFile, lockfile, readDependencies } from './read-dependencies.ts';

/** Every package that is asked for by name is used, and has a reason; and no reason outlives its package. */
export const directReasons: Rule = (repository) => {
  const dependencies = readDependencies(repository);
  if (dependencies === null) return [];
  const { known, locked, direct, python } = dependencies;
  const wanted = new Set(locked.flatMap(({ peerDependencies }) => Object.keys(peerDependencies ?? {})));
  const findings = Array.from(direct.keys()).flatMap((name) =>
    judge(repository, name, known.npm[name], wanted.has(name)),
  );
  const listed = new Set(python.map(({ name }) => name));
  const gone = [
    ...Object.keys(known.npm).filter((name) => !direct.has(name)),
    ...Object.keys(known.python).filter((name) => !listed.has(name)),
  ].map((name) =>
    findingAt(repository, knownFile, `"${name}"`, `nobody asks for ${name} any more. Remove its reason.`),
  );
  return [...findings, ...gone];
};

/** @param isWanted another package wants it beside itself */
function judge(repository: Repository, name: string, reason: string | undefined, isWanted: boolean): Finding[] {
  const askedIn = repository.files.find(
    ({ path, text }) => basename(path) === 'package.json' && text.includes(`"${name}":`),
  );
  const complain = (message: string) => findingAt(repository, askedIn?.path ?? lockfile, `"${name}":`, message);
  if (reason === undefined || reason === '') {
    return [complain(`why is ${name} here? Write the reason into ${knownFile}.`)];
  }
  return isWanted || isUsed(repository, name) ? [] : [complain(`nothing uses ${name}. Remove it with npm uninstall.`)];
}

/** A type package is used where its package is, which may be Node itself. */
function isUsed({ files }: Repository, name: string): boolean {
  const subject = name.replace(/^@types\//, '');
  if (subject === 'node') return true;
  const word = new RegExp(`(?:^|[\\s'"\`/(])${RegExp.escape(subject)}(?:[\\s'"\`/,)]|$)`, 'm');
  return files.some(({ path, text }) => /\.(?:ts|tsx|mjs|css|json)$/.test(path) && !isList(path) && word.test(text));
}

const isList = (path: string): boolean =>
  ['package.json', lockfile, 'known.json', 'knip.json'].includes(basename(path));
