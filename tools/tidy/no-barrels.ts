import { isTypeScript, type Rule } from './repository.ts';
import { syntaxOf } from './syntax.ts';

const publicFace = /^apps\/control-plane\/src\/features\/[^/]+\/index\.ts$/;

/** Whoever reads an import sees the file that it comes from. Features of the control plane alone have a public face. */
export const noBarrels: Rule = ({ files }) =>
  files
    .filter(({ path }) => isTypeScript(path) && !publicFace.test(path))
    .flatMap((file) =>
      syntaxOf(file).reexportLines.map((line) => ({
        path: file.path,
        line,
        message: 'this passes on what another file exports. Let the callers import that file itself.',
      })),
    );
