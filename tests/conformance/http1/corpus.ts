import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { bytesSchema } from '../bad-inputs/bytes.ts';

const verdictSchema = z.strictObject({
  /** `METHOD target body` of each request that the handler saw. */
  requests: z.array(z.string()),
  answers: z.array(z.int()),
  closes: z.boolean(),
});

export type Verdict = z.output<typeof verdictSchema>;

const caseSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  about: z.string().min(2),
  raw: bytesSchema,
  own: verdictSchema,
  /** Where node:http sees it otherwise. */
  node: verdictSchema.optional(),
  /** Why it may. */
  because: z.string().min(10).optional(),
  /** Ours takes what node:http does not, and `because` says why that is right. */
  isLaxer: z.boolean().default(false),
});

const fileSchema = z.strictObject({ about: z.string().min(10), cases: z.array(caseSchema).min(1) });

export type Http1Case = z.output<typeof caseSchema>;

export interface Http1Group {
  readonly name: string;
  readonly about: string;
  readonly cases: readonly Http1Case[];
}

const folder = join(import.meta.dirname, 'cases');

/** @throws z.ZodError that names what is wrong with a file of cases. */
export function readHttp1Corpus(): Http1Group[] {
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const { about, cases } = fileSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
      return { name: file.replace(/\.json$/, ''), about, cases };
    });
}
