import type { UnloadedRoute } from '@cluster-ai/contract/snapshot.ts';
import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';
import type { ActiveRoute } from '../routing/route-table.ts';

/** One version of a model as the repository extension lists it. */
export interface RepositoryEntry {
  readonly name: string;
  readonly version: string;
  readonly state: 'READY' | 'LOADING' | 'UNLOADING' | 'UNAVAILABLE';
  /** Why it is not ready; empty when there is nothing to say. */
  readonly reason: string;
}

export interface RepositoryState {
  readonly routes: readonly ActiveRoute[];
  readonly observed: readonly ObservedModel[];
  readonly unloaded: readonly UnloadedRoute[];
}

/**
 * Every name and version that this gateway serves, is to serve, or has unloaded, by name and version.
 * @param readyOnly leaves out what is not ready. @param wants tells which names are listed.
 */
export function indexRepository(
  state: RepositoryState,
  readyOnly: boolean,
  wants: (name: string) => boolean,
): RepositoryEntry[] {
  const observed = new Map(state.observed.map((model) => [model.id, model]));
  const routes = state.routes.filter(({ name }) => wants(name));
  const unloaded = state.unloaded.filter(({ name }) => wants(name));
  const entries = [
    ...routes.flatMap((route) => route.wanted.map((model) => entryOf(route, model, observed.get(model.id)))),
    ...unloaded.flatMap(({ name, versions }) => versions.map((version) => unloadedEntry(name, version, observed))),
  ].filter((entry) => !readyOnly || entry.state === 'READY');
  return entries.toSorted(
    (left, right) => compare(left.name, right.name) || Number(left.version) - Number(right.version),
  );
}

function entryOf(
  { name, serving }: ActiveRoute,
  model: ActiveRoute['wanted'][number],
  observed: ObservedModel | undefined,
): RepositoryEntry {
  const entry = { name, version: String(model.version) };
  if (serving.some((variant) => variant.id === model.id)) return { ...entry, state: 'READY', reason: '' };
  if (observed?.state === 'FAILED') return { ...entry, state: 'UNAVAILABLE', reason: observed.reason };
  return { ...entry, state: 'LOADING', reason: '' };
}

function unloadedEntry(name: string, version: number, observed: ReadonlyMap<string, ObservedModel>): RepositoryEntry {
  const isLeaving = observed.get(`${name}@${version}`)?.state === 'UNLOADING';
  return {
    name,
    version: String(version),
    state: isLeaving ? 'UNLOADING' : 'UNAVAILABLE',
    reason: isLeaving ? '' : 'unloaded',
  };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
