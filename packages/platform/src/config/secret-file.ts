import { readFileSync, statSync } from 'node:fs';

/** No secret is longer, and a wrong path must not fill the memory. */
const bytesMax = 65_536;

/**
 * Reads a secret from the file that a variable names; line ends around it are not part of it.
 * @returns what is wrong in place of the text; never anything of the content.
 */
export function readSecretFile(
  variable: string,
  path: string,
): { readonly text: string } | { readonly problem: string } {
  try {
    const { size } = statSync(path);
    if (size > bytesMax) return { problem: `${variable}: ${path} has ${size} bytes; a secret has at most ${bytesMax}` };
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? { problem: `${variable}: ${path} is empty` } : { text };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { problem: `${variable}: ${path} does not exist` };
    return {
      problem: `${variable}: ${path} cannot be read (${String(code)}); the user of the program must be allowed to`,
    };
  }
}
