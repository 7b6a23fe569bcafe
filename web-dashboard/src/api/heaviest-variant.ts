import type { Route } from '@cluster-ai/contract/api/routes.ts';

/** The variant whose signature speaks for the route; undefined where no version answers yet. */
export function heaviestVariant({ variants }: Pick<Route, 'variants'>): Route['variants'][number] | undefined {
  return variants.toSorted((a, b) => b.weight - a.weight)[0];
}
