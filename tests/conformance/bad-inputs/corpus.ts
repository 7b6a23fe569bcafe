import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorTable, isErrorCode } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { bytesSchema } from './bytes.ts';

/** Who listens: a gateway with the loopback exemption, one that asks everybody for a key, the front door, the metrics. */
export const listeners = ['gateway', 'gateway-with-keys', 'control-plane', 'metrics'] as const;

export type Listener = (typeof listeners)[number];

/** What must be covered; each theme is one file or more. */
export const themes = [
  'json-syntax',
  'json-types',
  'lengths',
  'nesting',
  'shapes',
  'datatypes',
  'binary-tensors',
  'headers',
  'smuggling',
  'encodings',
  'slow-clients',
  'traversal',
  'methods-and-endpoints',
  'idempotency-and-etags',
  'cookies-and-tokens',
  'queries',
  'events',
  'control-bodies',
] as const;

/** `null` takes a default away; a list sends the header more than once. */
const headersSchema = z.record(z.string(), z.union([z.string(), z.array(z.string()), z.null()]));

const stepSchema = z.union([
  z.strictObject({ send: bytesSchema }),
  z.strictObject({ pauseMs: z.int().positive() }),
  z.strictObject({ drip: bytesSchema, everyMs: z.int().positive(), times: z.int().positive() }),
  z.strictObject({ halfClose: z.literal(true) }),
  z.strictObject({ reset: z.literal(true) }),
  z.strictObject({ stopReading: z.literal(true) }),
  z.strictObject({ readAgain: z.literal(true) }),
]);

/** One whole answer. Of its last five members it has exactly one. */
const answerSchema = z
  .strictObject({
    status: z.int().min(200).max(599),
    headers: z.record(z.string(), z.string()).optional(),
    /** A gateway's form: `{"error": …}` and nothing else. */
    error: z.string().optional(),
    /** The control API's form (RFC 9457): what follows from the code is filled in, and nothing else may be there. */
    problem: z
      .strictObject({
        code: z.string().refine(isErrorCode, 'a code of the error table'),
        detail: z.string(),
        fix: z.string().optional(),
        errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
      })
      .refine(({ code }) => code !== 'INTERNAL', 'no bad input is a defect of the server')
      .optional(),
    json: z.unknown().optional(),
    text: z.string().optional(),
    noBody: z.literal(true).optional(),
  })
  .refine((answer) => bodiesOf(answer).length === 1, 'one of error, problem, json, text and noBody')
  .refine(
    ({ problem, status }) =>
      problem === undefined || !isErrorCode(problem.code) || errorTable[problem.code].http === status,
    'the status of the code',
  );

function bodiesOf({ error, problem, json, text, noBody }: Readonly<Record<string, unknown>>): unknown[] {
  return [error, problem, json, text, noBody].filter((body) => body !== undefined);
}

const closesSchema = z.strictObject({
  /** The setting or constant that ends it, or `at once`. */
  because: z.string(),
  withinMs: z.int().positive(),
  notBeforeMs: z.int().positive().optional(),
});

const expectationSchema = z
  .strictObject({
    /** In order. */
    answers: z.array(answerSchema),
    /** The server then ends the connection; without it, the test does. */
    closes: closesSchema.optional(),
    /** It may end in the middle of an answer, and what came before does not matter. */
    cutShort: z.literal(true).optional(),
  })
  .refine(({ answers, closes }) => answers.length > 0 || closes !== undefined, 'an answer, or an end');

const shared = {
  to: z.enum(listeners).optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  headers: headersSchema.optional(),
};

const caseSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)+$/),
  about: z.string().min(3),
  ...shared,
  body: bytesSchema.optional(),
  /** All the bytes of a request, in place of the members before. */
  raw: bytesSchema.optional(),
  /** For clients that take their time. */
  steps: z.array(stepSchema).optional(),
  /** An answer alone, or the whole. */
  expect: z.union([
    answerSchema.transform((answer) => ({ answers: [answer], closes: undefined, cutShort: undefined })),
    expectationSchema,
  ]),
});

const fileSchema = z.strictObject({
  theme: z.enum(themes),
  about: z.string().min(10),
  defaults: z.strictObject(shared),
  cases: z.array(caseSchema).min(1),
});

export type Case = z.output<typeof caseSchema> & { readonly to: Listener };
export type ExpectedAnswer = z.output<typeof answerSchema>;
export type Step = z.output<typeof stepSchema>;

export interface Group {
  /** Name of the file without its end. */
  readonly name: string;
  readonly theme: (typeof themes)[number];
  readonly about: string;
  readonly cases: readonly Case[];
}

const folder = join(import.meta.dirname, 'cases');

/** Reads every file of cases. @throws Error that names the file and the place, for one that is not well-formed. */
export function readCorpus(): Group[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => readGroup(file));
}

function readGroup(file: string): Group {
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  const { theme, about, defaults, cases } = parsed.data;
  return {
    name: file.replace(/\.json$/, ''),
    theme,
    about,
    cases: cases.map((one) => withDefaults(defaults, one)),
  };
}

function withDefaults(defaults: z.output<typeof fileSchema>['defaults'], one: z.output<typeof caseSchema>): Case {
  const headers = { ...defaults.headers, ...one.headers };
  return { ...defaults, ...one, to: one.to ?? defaults.to ?? 'gateway', headers };
}
