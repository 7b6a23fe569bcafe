import { lineAt, type Rule } from './repository.ts';

/** Paths of one machine. Each begins where a path can begin: not inside a longer path or an address. */
const machinePaths: readonly { pattern: RegExp; instead: string; except?: ReadonlySet<string> }[] = [
  {
    pattern: /(?<![\w.~)}-])\/(?:work|farm|root)\//g,
    instead: 'Take the folder from import.meta.dirname, an argument or a setting.',
  },
  {
    // `nonroot` is the user of the images of distroless, wherever they run.
    pattern: /(?<![\w.~)}-])\/(?:home|Users)\/(?!nonroot\b)[a-z][\w-]*/g,
    instead: 'Take the folder from os.homedir(), an argument or a setting.',
  },
  {
    pattern: /(?<![\w.~)}-])\/tmp\/[\w-]+/g,
    instead: 'Make one with mkdtemp(join(tmpdir(), …)); in a shell with mktemp -d.',
    // Of an image, where nothing else may be written.
    except: new Set(['web-dashboard/nginx.conf']),
  },
];

/** What only one machine has must not be in the repository. */
export const noMachinePaths: Rule = ({ files }) =>
  files.flatMap(({ path, text }) =>
    machinePaths.flatMap(({ pattern, instead, except }) =>
      Array.from(except?.has(path) === true ? [] : text.matchAll(pattern), (match) => ({
        path,
        line: lineAt(text, match.index),
        message: `'${match[0]}' exists on one machine only. ${instead}`,
      })),
    ),
  );
