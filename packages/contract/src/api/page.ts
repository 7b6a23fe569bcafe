import { z } from 'zod';

/** For endpoints without parameters, query or body. */
export const nothing = z.object({});

/** Items of one page at most. */
export const pageSizeMax = 500;

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(pageSizeMax).default(100),
  /** `next` of the page before. */
  cursor: z.string().optional(),
});

/** A page of a list: `next` is null on the last one. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
