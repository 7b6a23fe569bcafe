import { nameOf, type Rule } from './repository.ts';

const folder = 'docs/decisions/';

/** Decisions are cited by their number, so a number names one page for ever. */
export const decisionPages: Rule = ({ files }) => {
  const firstWith = new Map<string, string>();
  return files
    .map(({ path }) => path)
    .filter((path) => path.startsWith(folder) && nameOf(path) !== 'README.md')
    .flatMap((path) => {
      const number = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1];
      if (number === undefined) {
        return [
          { path, line: 1, message: `a decision is named NNNN-what-was-decided.md. Give it the next free number.` },
        ];
      }
      const first = firstWith.get(number);
      if (first === undefined) {
        firstWith.set(number, path);
        return [];
      }
      return [{ path, line: 1, message: `the number ${number} belongs to ${nameOf(first)}. Take the next free one.` }];
    });
};
