import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelDescription } from '@cluster-ai/protocols/open-inference/documents.ts';
import { findVersion, variantOfVersion, type RouteTable, type ServingVariant } from '../routing/route-table.ts';

/** Whether a name, or one version of it, can be called now; false for one that does not exist. */
export function isModelReady(routes: RouteTable, name: string, version: string | null): boolean {
  const route = routes.get(name);
  if (route === undefined) return false;
  return version === null ? route.serving.length > 0 : findVersion(route, version) !== undefined;
}

/**
 * The version that is asked for, or one that takes traffic where none is named.
 * @throws ClusterError MODEL_NOT_FOUND, MODEL_NOT_READY.
 */
export function servingVariant(routes: RouteTable, name: string, version: string | null): ServingVariant {
  const route = routes.find(name);
  const variant = version === null ? route.serving.find(({ weight }) => weight > 0) : variantOfVersion(route, version);
  if (variant !== undefined) return variant;
  throw new ClusterError('MODEL_NOT_READY', `Request for unknown model: '${name}' has no available versions`, {
    retryAfterSeconds: 1,
  });
}

/** Numbers of the versions that serve behind a name, in order. */
export function servingVersions(routes: RouteTable, name: string): number[] {
  return routes
    .find(name)
    .serving.map(({ model }) => model.version)
    .toSorted((left, right) => left - right);
}

/**
 * What a client learns of a model before it calls it.
 * @throws ClusterError MODEL_NOT_FOUND, MODEL_NOT_READY.
 */
export function describeModel(routes: RouteTable, name: string, version: string | null): ModelDescription {
  const { signature } = servingVariant(routes, name, version).executor;
  return { name, versions: servingVersions(routes, name).map(String), signature };
}
