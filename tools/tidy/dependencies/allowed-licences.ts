import type { Finding, Rule } from '../repository.ts';
import { findingAt } from './at-name.ts';
import { knownFile, lockfile, nameIn, readDependencies, type Known } from './read-dependencies.ts';

/** What is used of others may be passed on: every licence is in the list, or an exception with its reason. */
export const allowedLicences: Rule = (repository) => {
  const dependencies = readDependencies(repository);
  if (dependencies === null) return [];
  const { known, locked, python } = dependencies;
  const npm = locked.flatMap(({ name, place, license }) => {
    const complaint = complaintAbout(known, name, license);
    return complaint === null ? [] : [findingAt(repository, lockfile, `"${place}"`, complaint)];
  });
  const pip = python.flatMap(({ name, path, line }): Finding[] => {
    const complaint = complaintAbout(known, name, known.pythonLicences[name]);
    return complaint === null ? [] : [{ path, line, message: complaint }];
  });
  const names = [...locked, ...python].map(({ name }) => name);
  const idle = Object.keys(known.licenceExceptions).filter(
    (pattern) => !names.some((name) => nameIn({ [pattern]: true }, name) === true),
  );
  const unused = idle.map((name) =>
    findingAt(repository, knownFile, `"${name}"`, `no package needs the exception for ${name} any more. Remove it.`),
  );
  return [...npm, ...pip, ...unused];
};

function complaintAbout(known: Known, name: string, licence: string | undefined): string | null {
  if (licence === undefined) {
    return `the licence of ${name} is not known. Find it out; for Python it goes into ${knownFile}.`;
  }
  if (isAllowed(licence, known.allowedLicences)) return null;
  const exception = nameIn(known.licenceExceptions, name);
  if (exception?.licence === licence && exception.reason !== '') return null;
  return `${name} is under ${licence}, which is not in the list. Use another package, or name the reason in ${knownFile}.`;
}

/** SPDX expressions of one level: all parts of an AND, one part of an OR. */
function isAllowed(expression: string, allowed: readonly string[]): boolean {
  const plain = expression.replace(/^\((.*)\)$/, '$1');
  return plain
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => allowed.includes(licence.trim())));
}
