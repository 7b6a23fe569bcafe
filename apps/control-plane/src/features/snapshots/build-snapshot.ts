import { snapshotFormatVersion } from '@cluster-ai/contract/snapshot.ts';
import type { Snapshot, SnapshotKey, SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { TokenIssuer } from '@cluster-ai/contract/predict-token.ts';
import { modelId } from './model-id.ts';

export interface SnapshotSource {
  readonly epoch: string;
  readonly version: number;
  readonly createdAtMs: number;
  /** At least every version that a route uses. */
  readonly models: readonly Omit<SnapshotModel, 'id'>[];
  readonly routes: readonly {
    readonly name: string;
    readonly stickyHeader: string;
    readonly unloaded: boolean;
    readonly variants: readonly { readonly model: string; readonly version: number; readonly weight: number }[];
  }[];
  readonly keys: readonly SnapshotKey[];
  readonly tokenIssuers: readonly TokenIssuer[];
}

/**
 * The snapshot of a state: routes, the versions that any route uses, and keys, each sorted, so that equal states give
 * equal texts whatever order they were read in.
 */
export function buildSnapshot(source: SnapshotSource): Snapshot {
  const routes = source.routes
    .filter(({ unloaded }) => !unloaded)
    .map(({ name, stickyHeader, variants }) => ({
      name,
      stickyHeader,
      variants: sortedBy(
        variants.map(({ model, version, weight }) => ({ modelId: modelId(model, version), weight })),
        (variant) => variant.modelId,
      ),
    }));
  const used = new Set(routes.flatMap((route) => route.variants.map((variant) => variant.modelId)));
  const models = source.models
    .map(({ name, version, digest, files, signature, settings, resets }) => ({
      id: modelId(name, version),
      name,
      version,
      digest,
      files: sortedBy(files, (file) => file.path),
      signature,
      settings,
      // Left out for most: a text with it would differ from that of an older program.
      ...(resets === undefined ? {} : { resets }),
    }))
    .filter((model) => used.has(model.id));
  const unloaded = source.routes
    .filter((route) => route.unloaded)
    .map(({ name, variants }) => ({
      name,
      versions: variants.map(({ version }) => version).toSorted((a, b) => a - b),
    }));
  return {
    formatVersion: snapshotFormatVersion,
    epoch: source.epoch,
    version: source.version,
    createdAtMs: source.createdAtMs,
    models: sortedBy(models, (model) => model.id),
    routes: sortedBy(routes, (route) => route.name),
    // Left out for most, as above.
    ...(unloaded.length === 0 ? {} : { unloaded: sortedBy(unloaded, (route) => route.name) }),
    keys: sortedBy(source.keys, (key) => key.id),
    tokenIssuers: sortedBy(source.tokenIssuers, (issuer) => issuer.id),
  };
}

/** By code unit, the same in every locale. */
function sortedBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
