import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** What is text; fonts are packed already. */
const packable = new Set(['.css', '.html', '.js', '.json', '.svg']);

/** Smaller files fit into one packet as they are. */
const packedFromBytes = 1_024;

/**
 * Writes `.br` and `.gz` beside each text file of a built dashboard, where that makes it smaller: nginx sends them as they
 * are. The same files give the same bytes each time.
 * @returns bytes of the files that were packed, and of what became of them.
 */
export function precompress(folder: string): {
  readonly files: number;
  readonly plain: number;
  readonly brotli: number;
} {
  let files = 0;
  let plain = 0;
  let brotli = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !packable.has(extname(entry.name))) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    if (bytes.length < packedFromBytes) continue;
    const packed = brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    });
    const zipped = gzipSync(bytes, { level: 9 });
    if (packed.length < bytes.length) writeFileSync(`${path}.br`, packed);
    if (zipped.length < bytes.length) writeFileSync(`${path}.gz`, zipped);
    files += 1;
    plain += bytes.length;
    brotli += packed.length;
  }
  return { files, plain, brotli };
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('usage: node precompress.ts <folder of the built dashboard>');
  const { files, plain, brotli } = precompress(folder);
  if (files === 0) throw new Error(`${folder} has no file that could be packed: is it the built dashboard?`);
  process.stdout.write(`${files} files: ${plain} bytes, ${brotli} with brotli\n`);
}
