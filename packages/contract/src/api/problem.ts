import { z } from 'zod';

/** RFC 9457 problem document: every error of the control API. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** A code of the error table. */
  code: z.string(),
  requestId: z.string(),
  /** What to do next, when there is one thing to do. */
  fix: z.string().optional(),
  /** What is wrong with parts of the request, by their paths: `body.name`, `query.filter`. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export type Problem = z.infer<typeof problemSchema>;
