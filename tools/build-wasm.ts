import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { main } from 'assemblyscript/asc';

const sources = new URL('../packages/protocols/wasm/json-numbers/', import.meta.url);

/** The module that this tool writes; a test holds it to the sources. */
export const compiledModule = new URL('../packages/protocols/src/json/numbers-wasm.ts', import.meta.url);

/** What these export, the module exports. */
const entries = ['memory.ts', 'read-array.ts', 'find-end.ts', 'write-array.ts'];

/** So that a line of the written file is no longer than any other. */
const lineLength = 112;

const options = [
  '-O3',
  '--converge',
  '--noAssert',
  // Nothing is allocated: the module works in the places of memory.ts.
  '--runtime=stub',
  '--use=abort=',
  '--initialMemory=4',
  '--maximumMemory=4',
  '--zeroFilledMemory',
];

/**
 * Compiles wasm/json-numbers and writes it as TypeScript: a text travels wherever the sources do, into bundles and threads.
 * @throws Error with what the compiler says.
 */
export async function renderCompiledModule(): Promise<string> {
  const bytes = await compile();
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
  return [
    '// Written by `make wasm` from packages/protocols/wasm/json-numbers. Change that, then run it again.',
    '',
    '/** The compiled module, in base64. */',
    'export const numbersWasm = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

async function compile(): Promise<Uint8Array> {
  const said: string[] = [];
  let written: Uint8Array | undefined;
  const { error } = await main([...entries, '--outFile', 'numbers.wasm', ...options], {
    readFile: readSource,
    writeFile: (_name, contents) => {
      if (contents instanceof Uint8Array) written = contents;
    },
    listFiles: () => [],
    stderr: { write: (text: string | Uint8Array) => said.push(String(text)) },
  });
  if (error !== null || written === undefined) throw new Error(`wasm/json-numbers: ${said.join('')}`, { cause: error });
  return written;
}

/** The compiler looks for its own library here as well: null says that it is not. */
function readSource(name: string): string | null {
  return /^[\w-]+\.ts$/.test(name) ? readFileSync(new URL(name, sources), 'utf8') : null;
}

const isStartedDirectly = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isStartedDirectly) writeFileSync(compiledModule, await renderCompiledModule());
