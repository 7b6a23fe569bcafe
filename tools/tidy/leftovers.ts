import { isJavaScript, isTest, isTypeScript, lineAt } from './repository.ts';
import type { Finding, RepositoryFile, Rule } from './repository.ts';
import { syntaxOf } from './syntax.ts';

interface Leftover {
  /** Written with [ ] around one letter where it would otherwise find itself here. */
  readonly pattern: RegExp;
  readonly in: (path: string) => boolean;
  /** Comments are blanked before the search. */
  readonly codeOnly?: true;
  readonly instead: string;
}

const everywhere = (): boolean => true;
const inCode = (path: string): boolean => isTypeScript(path) || isJavaScript(path);

const leftovers: readonly Leftover[] = [
  {
    pattern: /\b(?:TO[D]O|FIX[M]E|HA[C]K|XX[X])\b/g,
    in: everywhere,
    instead: 'Do it now, or open an issue and describe today’s behaviour here.',
  },
  {
    pattern: /\|\|\s*tru[e]\b/g,
    in: everywhere,
    instead: 'It hides every failure: test for the one case that may fail, and let the others end the script.',
  },
  {
    pattern: /\b(?:it|test|describe|suite)(?:\.\w+)*\.onl[y]\b/g,
    in: isTest,
    codeOnly: true,
    instead: 'It hides every other test: remove it.',
  },
  {
    pattern: /\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:ski[p]|tod[o]|skipI[f]|runI[f])\b/g,
    in: isTest,
    codeOnly: true,
    instead: 'A test that cannot reach its part fails and names it: mend the test or delete it.',
  },
  {
    pattern: /(?::|\bas|<)\s*an[y]\b(?=\s*[,;)=>|\]}[]|$)/gm,
    in: isTypeScript,
    codeOnly: true,
    instead: 'Write the type; use unknown and narrow it where the value comes from outside.',
  },
  {
    pattern: /@ts-(?:ignor[e]|nochec[k])/g,
    in: inCode,
    instead: 'Mend the type; in a test of types write @ts-expect-error with the reason.',
  },
  {
    pattern: /\b(?:eslint|oxlint|biome|prettier|oxfmt)-(?:disabl[e]|ignor[e])/g,
    in: everywhere,
    instead: 'Change the code, or the rule for everyone in .oxlintrc.json with the reason.',
  },
];

/** Nothing that was meant to be temporary stays. */
export const noLeftovers: Rule = ({ files }) =>
  files
    .filter(({ path }) => path !== 'package-lock.json')
    .flatMap((file) => leftovers.flatMap((leftover) => find(file, leftover)));

function find(file: RepositoryFile, leftover: Leftover): Finding[] {
  if (!leftover.in(file.path)) return [];
  const text = leftover.codeOnly === true ? syntaxOf(file).withoutComments : file.text;
  return Array.from(text.matchAll(leftover.pattern), (match) => ({
    path: file.path,
    line: lineAt(text, match.index),
    message: `'${match[0].trim()}' is a leftover. ${leftover.instead}`,
  }));
}
