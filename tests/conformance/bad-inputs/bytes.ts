import { deflateSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

/**
 * Bytes as the files of cases write them. A text is UTF-8; in it, and wherever a case has a text, `${repeat ab 3}` is
 * `ababab` and `${name}` is a value of the run. A list is its parts, one behind the other.
 */
export type Bytes =
  | string
  | { readonly json: unknown }
  | { readonly base64: string }
  | { readonly hex: string; readonly times?: number | undefined }
  | { readonly latin1: string }
  | { readonly utf16: string }
  | { readonly gzip: Bytes }
  | { readonly deflate: Bytes }
  | { readonly chunked: readonly Bytes[] }
  | readonly Bytes[];

export const bytesSchema: z.ZodType<Bytes> = z.lazy(() =>
  z.union([
    z.string(),
    z.strictObject({ json: z.unknown() }),
    z.strictObject({ base64: z.base64() }),
    z.strictObject({ hex: z.hex(), times: z.int().positive().optional() }),
    z.strictObject({ latin1: z.string() }),
    z.strictObject({ utf16: z.string() }),
    z.strictObject({ gzip: bytesSchema }),
    z.strictObject({ deflate: bytesSchema }),
    z.strictObject({ chunked: z.array(bytesSchema) }),
    z.array(bytesSchema),
  ]),
);

/** Values of the run, by name. */
export type Values = ReadonlyMap<string, string>;

export function bytesOf(bytes: Bytes, values: Values): Buffer {
  if (typeof bytes === 'string') return Buffer.from(fillIn(bytes, values));
  if ('json' in bytes) return Buffer.from(JSON.stringify(bytes.json));
  if ('base64' in bytes) return Buffer.from(bytes.base64, 'base64');
  if ('hex' in bytes) {
    const unit = Buffer.from(bytes.hex, 'hex');
    return Buffer.alloc(unit.byteLength * (bytes.times ?? 1), unit);
  }
  if ('latin1' in bytes) return Buffer.from(fillIn(bytes.latin1, values), 'latin1');
  if ('utf16' in bytes) return Buffer.from(fillIn(bytes.utf16, values), 'utf16le');
  if ('gzip' in bytes) return gzipSync(bytesOf(bytes.gzip, values));
  if ('deflate' in bytes) return deflateSync(bytesOf(bytes.deflate, values));
  if ('chunked' in bytes) {
    return Buffer.concat([...bytes.chunked.map((part) => chunk(part, values)), chunk('', values)]);
  }
  return Buffer.concat(bytes.map((part) => bytesOf(part, values)));
}

function chunk(part: Bytes, values: Values): Buffer {
  const bytes = bytesOf(part, values);
  return Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

const placeholder = /\$\{(?:repeat (\S+) (\d+)|([a-zA-Z0-9-]+))\}/g;

/** @throws Error for a name that the run has no value for. */
export function fillIn(text: string, values: Values): string {
  return text.replaceAll(placeholder, (_whole, repeated: string | undefined, times: string, name: string) => {
    if (repeated !== undefined) return repeated.repeat(Number(times));
    const value = values.get(name);
    if (value === undefined) throw new Error(`there is no value '${name}'`);
    return value;
  });
}
