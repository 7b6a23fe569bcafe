import { isMarkdown, lineAt } from './repository.ts';
import type { Finding, RepositoryFile, Rule } from './repository.ts';

const codeBlock = /^( *)(```|~~~)[^\n]*\n[^]*?^\1\2|`[^`\n]+`/gm;
const makeCall = /(?:^|[\s`$(&;|])make((?:\s+[A-Z_]+=\S+)*)\s+([a-z][a-z0-9-]*)/gm;

/** What the documents tell the reader to type exists. */
export const makeTargetsExist: Rule = ({ files }) => {
  const makefile = files.find(({ path }) => path === 'Makefile')?.text ?? '';
  const targets = new Set(Array.from(makefile.matchAll(/^([a-z][a-z0-9-]*):(?!=)/gm), ([, target]) => target));
  return files.filter(({ path }) => isMarkdown(path)).flatMap((file) => unknownTargets(file, targets));
};

function unknownTargets({ path, text }: RepositoryFile, targets: ReadonlySet<string | undefined>): Finding[] {
  return Array.from(text.matchAll(codeBlock)).flatMap((block) =>
    Array.from(block[0].matchAll(makeCall))
      .filter(([, , target]) => !targets.has(target))
      .map((call) => ({
        path,
        line: lineAt(text, block.index + call.index + 1),
        message: `the Makefile has no target '${call[2]}'. Correct the text, or add the target with its ## line.`,
      })),
  );
}
