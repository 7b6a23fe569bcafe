import { printFilter } from '@cluster-ai/contract/api/list-filter.ts';
import { getVersion, type WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { listRoutes, type Route } from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

/** A public name that can be called, with the version whose signature makes the form. */
export interface PlaygroundTarget {
  readonly route: Route;
  readonly version: WholeVersion;
  /** The model of that version. */
  readonly model: string;
}

/** Routes that are offered at a time; more are found by typing. */
const offeredMax = 20;

type Variant = Route['variants'][number];

/** The first routes whose names hold what was typed. */
export function offeredRoutesQuery(typed: string) {
  const filter = printFilter([{ field: 'name', operator: '~', value: typed }]);
  const query = { limit: offeredMax, ...(typed === '' ? {} : { filter }) };
  return queryOptions({
    queryKey: ['routes', 'offered', typed],
    queryFn: ({ signal }) => call(listRoutes, { query, signal }),
    placeholderData: keepPreviousData,
    retry: false,
    networkMode: 'always',
  });
}

/** One version with its signature. A version never changes, so it is asked for once. */
export function variantQuery(variant: Pick<Variant, 'model' | 'version'>) {
  return queryOptions({
    queryKey: ['version', variant.model, variant.version],
    queryFn: ({ signal }) => call(getVersion, { params: { name: variant.model, version: variant.version }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    networkMode: 'always',
  });
}

/** True where the control plane knows no such route, and answers otherwise. */
export function isUnknownRoute(error: Error | null): boolean {
  return error instanceof ClusterError && error.code === 'NOT_FOUND';
}
