import { z } from 'zod';

/** What a list page keeps in its address; the same words are the API's query. A damaged part is as good as none. */
export const listSearch = z.object({
  /** The filter as typed, in the one grammar of API, command line and tables. */
  filter: z.string().max(500).optional().catch(undefined),
  /** A column, `-` before it for the largest first: `-updated`. */
  sort: z
    .string()
    .regex(/^-?[A-Za-z][A-Za-z0-9_.]{0,63}$/)
    .optional()
    .catch(undefined),
  /** `next` of the page before. */
  cursor: z.string().max(1_000).optional().catch(undefined),
});

export type ListSearch = z.output<typeof listSearch>;
