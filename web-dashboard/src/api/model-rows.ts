import type { Model, ModelVersion } from '@cluster-ai/contract/api/models.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { GatewayStatus } from '@cluster-ai/contract/api/system.ts';
import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';
import { slowest, sum } from './fleet-summary.ts';

/** What one route sends to one model version, over all connected gateways. */
export interface VariantTraffic {
  readonly route: string;
  /** Share of the route's traffic, 0 to 1. */
  readonly share: number;
  readonly requestsPerSecond: number;
  readonly errorsPerSecond: number;
  /** Milliseconds, of the slowest gateway; null when there was no request. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export interface VersionRow {
  readonly model: Model;
  readonly version: ModelVersion;
  /** The first row of its model: the one that describes it. */
  readonly isFirst: boolean;
  /** One entry a connected gateway; `observed` is null where the gateway does not have the version. */
  readonly gateways: readonly { readonly gateway: string; readonly observed: ObservedModel | null }[];
  readonly traffic: readonly VariantTraffic[];
}

export interface ModelRows {
  readonly rows: readonly VersionRow[];
  /** Older versions that no route names and no gateway holds: counted, not listed. */
  readonly restingVersions: ReadonlyMap<string, number>;
}

/** `<name>@<version>`, as snapshots and reports name a model version. */
export function modelId(model: string, version: number): string {
  return `${model}@${version}`;
}

/** One row a version that matters now: the newest of each model, and all that a route or a gateway knows. */
export function modelRows(
  models: readonly Model[],
  routes: readonly Route[],
  gateways: readonly GatewayStatus[],
): ModelRows {
  const connected = gateways.filter((gateway) => gateway.connected);
  const rows: VersionRow[] = [];
  const restingVersions = new Map<string, number>();
  for (const model of models.toSorted((a, b) => a.name.localeCompare(b.name))) {
    const versions = model.versions.map((version) => versionRow(model, version, routes, connected));
    const listed = versions.filter((row, index) => index === 0 || isInUse(row));
    rows.push(...listed.map((row, index) => ({ ...row, isFirst: index === 0 })));
    if (listed.length < model.versionCount) restingVersions.set(model.name, model.versionCount - listed.length);
  }
  return { rows, restingVersions };
}

function isInUse(row: VersionRow): boolean {
  return row.traffic.length > 0 || row.gateways.some((entry) => entry.observed !== null);
}

function versionRow(
  model: Model,
  version: ModelVersion,
  routes: readonly Route[],
  connected: readonly GatewayStatus[],
): VersionRow {
  const id = modelId(model.name, version.version);
  return {
    model,
    version,
    isFirst: false,
    gateways: connected.map(({ gateway, report }) => ({
      gateway,
      observed: report.models.find((observed) => observed.id === id) ?? null,
    })),
    traffic: routes.flatMap((route) => variantTraffic(route, model.name, version.version, connected)),
  };
}

function variantTraffic(
  route: Route,
  model: string,
  version: number,
  connected: readonly GatewayStatus[],
): VariantTraffic[] {
  const variant = route.variants.find((entry) => entry.model === model && entry.version === version);
  if (variant === undefined) return [];
  const weights = sum(route.variants.map((entry) => entry.weight));
  const id = modelId(model, version);
  const traffic = connected.flatMap(({ report }) =>
    report.traffic.filter((entry) => entry.route === route.name && entry.modelId === id),
  );
  return [
    {
      route: route.name,
      share: weights === 0 ? 0 : variant.weight / weights,
      requestsPerSecond: sum(traffic.map((entry) => entry.requestsPerSecond)),
      errorsPerSecond: sum(traffic.map((entry) => entry.errorsPerSecond)),
      p50Ms: slowest(traffic.map((entry) => entry.p50Ms)),
      p99Ms: slowest(traffic.map((entry) => entry.p99Ms)),
    },
  ];
}
