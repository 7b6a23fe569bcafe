import { z } from 'zod';

/** For endpoints without parameters, query or body. */
export const nothing = z.object({});

/** Items of one page at most. */
export const pageSizeMax = 500;
