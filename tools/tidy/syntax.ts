import { parseSync } from 'oxc-parser';
import { lineAt, type RepositoryFile } from './repository.ts';

export interface ImportStatement {
  /** What stands between the quotes. */
  readonly specifier: string;
  readonly line: number;
}

export interface Syntax {
  /** `import`, `import()` of a literal, and `export … from`. */
  readonly imports: readonly ImportStatement[];
  /** Lines of `export … from`. */
  readonly reexportLines: readonly number[];
  /** The text with every comment blanked; lines and columns stay. */
  readonly withoutComments: string;
  readonly isEmpty: boolean;
}

const parsed = new WeakMap<RepositoryFile, Syntax>();

/** Reads a TypeScript or JavaScript file with a parser, once: text in strings and comments is not taken for code. */
export function syntaxOf(file: RepositoryFile): Syntax {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const syntax = read(file);
  parsed.set(file, syntax);
  return syntax;
}

function read({ path, text }: RepositoryFile): Syntax {
  const { module, comments, program } = parseSync(path, text);
  const at = (request: { value: string; start: number }): ImportStatement => ({
    specifier: request.value,
    line: lineAt(text, request.start),
  });
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest] : [])),
  );
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const [quote, ...rest] = text.slice(start, end);
    return quote === "'" || quote === '"' ? [{ value: rest.slice(0, -1).join(''), start }] : [];
  });
  let withoutComments = text;
  for (const { start, end } of comments) {
    const blank = text.slice(start, end).replaceAll(/[^\n]/g, ' ');
    withoutComments = withoutComments.slice(0, start) + blank + withoutComments.slice(end);
  }
  return {
    imports: [...module.staticImports.map(({ moduleRequest }) => moduleRequest), ...reexports, ...dynamic].map(at),
    reexportLines: [...new Set(reexports.map(({ start }) => lineAt(text, start)))],
    withoutComments,
    isEmpty: program.body.length === 0,
  };
}
