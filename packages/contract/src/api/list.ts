import { z } from 'zod';
import { filterLengthMax, operatorsOf, parseFilter, unknownField } from './list-filter.ts';
import type { FilterTerm, ListFields } from './list-filter.ts';
import { pageSizeMax } from './page.ts';

/** How one list can be looked through. */
export interface ListDeclaration<Fields extends ListFields = ListFields> {
  readonly fields: Fields;
  /** `name`, or `-name` for the largest first. */
  readonly defaultSort: string;
}

export interface ListSort {
  readonly field: string;
  readonly descending: boolean;
}

/** A list query as handlers receive it: `listQuery` has checked it against the declaration. */
export interface ListRequest {
  readonly filter: readonly FilterTerm[];
  readonly sort: ListSort;
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** Characters of a cursor at most. */
const cursorLengthMax = 4_000;

/** Matches that are counted at most: beyond, `total` is a lower bound. */
export const totalMax = 10_000;

/** Items of a page that does not say how many it wants. */
export const pageSizeDefault = 100;

/**
 * The query of a list endpoint: `filter`, `sort`, `limit` and `cursor`. What comes out is a `ListRequest`; the declaration
 * stays readable as `.list`, for completions, table headers and the server's columns.
 */
export function listQuery<const Fields extends ListFields>(list: ListDeclaration<Fields>) {
  const schema = z.object({
    filter: filterSchema(list.fields),
    sort: sortSchema(list),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(pageSizeMax)
      .default(pageSizeDefault)
      .describe('Items of this page at most.'),
    cursor: z
      .string()
      .min(1)
      .max(cursorLengthMax)
      .optional()
      .describe('`next` of the page before, with the same filter and sort.'),
  });
  return Object.assign(schema, { list });
}

/** A page of a list. `next` is null on the last one. */
export function listPage<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Cursor of the next page; null on the last one.'),
    total: z.int().nonnegative().describe('Items that the filter finds, on all pages.'),
    totalIsBound: z.boolean().describe(`True when there are more than \`total\`: counting ends at ${totalMax}.`),
  });
}

/**
 * Reads `name` or `-name`.
 * @returns what is wrong, in words, for a field that is not there or not sortable.
 */
export function parseSort(text: string, fields: ListFields): ListSort | string {
  const descending = text.startsWith('-');
  const field = descending ? text.slice(1) : text;
  const sortable = Object.keys(fields).filter((name) => fields[name]?.sortable === true);
  if (sortable.includes(field)) return { field, descending };
  if (Object.hasOwn(fields, field)) return `this list cannot be sorted by '${field}', only by ${sortable.join(', ')}`;
  return unknownField(field, sortable);
}

/** The text that `parseSort` reads as this order. */
export function printSort(sort: ListSort): string {
  return `${sort.descending ? '-' : ''}${sort.field}`;
}

function filterSchema(fields: ListFields) {
  const lines = Object.entries(fields).map(([name, field]) => {
    const values = field.values === undefined ? '' : ` (${field.values.join(', ')})`;
    const none = field.optional === true ? '; `=""` finds those without' : '';
    return `- \`${name}\` ${operatorsOf[field.type].map((operator) => `\`${operator}\``).join(' ')}: ${field.about}${values}${none}`;
  });
  const searched = Object.keys(fields).filter((name) => fields[name]?.searched === true);
  const words =
    searched.length === 0
      ? ''
      : ` Words that name no field are looked for in ${searched.join(', ')}, where the case of A to Z does not matter.`;
  const about = `Conditions separated by spaces; all must hold. \`~\` means "contains".${words} Values with spaces stand in quotes.\n\n${lines.join('\n')}`;
  return z
    .string()
    .max(filterLengthMax)
    .describe(about)
    .optional()
    .transform((text = '', context) => {
      const parsed = parseFilter(text, fields);
      if (parsed.terms !== null) return parsed.terms;
      const { position, message } = parsed.problem;
      context.addIssue({ code: 'custom', message: `position ${position}: ${message}`, params: { position } });
      return z.NEVER;
    });
}

function sortSchema({ fields, defaultSort }: ListDeclaration) {
  const sortable = Object.keys(fields).filter((name) => fields[name]?.sortable === true);
  return z
    .string()
    .max(100)
    .describe(`One of ${sortable.join(', ')}; with \`-\` before it the largest first. \`${defaultSort}\` unless given.`)
    .optional()
    .transform((text = defaultSort, context) => {
      const sort = parseSort(text, fields);
      if (typeof sort !== 'string') return sort;
      context.addIssue({ code: 'custom', message: sort });
      return z.NEVER;
    });
}
