import type { Model } from '@cluster-ai/contract/api/models.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';
import { slowest, sum } from './fleet-summary.ts';

/** `<name>@<version>`, as snapshots and reports name a model version. */
export function modelId(model: string, version: number): string {
  return `${model}@${version}`;
}

/** What one connected gateway says of a version; null where it does not have it. */
export interface GatewayObservation {
  readonly gateway: string;
  readonly observed: ObservedModel | null;
}

/** One entry a connected gateway: what the others have said last is no present state. */
export function observationsOf(overview: Overview | undefined, id: string): readonly GatewayObservation[] {
  return connectedReports(overview).map((report) => ({
    gateway: report.gateway,
    observed: report.models.find((observed) => observed.id === id) ?? null,
  }));
}

/** Traffic of this moment, over all connected gateways. */
export interface PresentTraffic {
  readonly requestsPerSecond: number;
  readonly errorsPerSecond: number;
  /** Milliseconds, of the slowest gateway; null when there was no request. */
  readonly p99Ms: number | null;
}

/** What goes to these versions now, on every route. */
export function trafficOf(overview: Overview | undefined, ids: ReadonlySet<string>): PresentTraffic {
  const traffic = connectedReports(overview).flatMap((report) =>
    report.traffic.filter(({ modelId: id }) => ids.has(id)),
  );
  return {
    requestsPerSecond: sum(traffic.map((entry) => entry.requestsPerSecond)),
    errorsPerSecond: sum(traffic.map((entry) => entry.errorsPerSecond)),
    p99Ms: slowest(traffic.map((entry) => entry.p99Ms)),
  };
}

/** Whether the route with the model's name sends requests to a version; `unloaded`: it would, once it is loaded again. */
export function routedVersion({ name, route }: Pick<Model, 'name' | 'route'>, version: number) {
  const isNamed = route?.variants.some((one) => one.model === name && one.version === version) === true;
  if (!isNamed) return 'no';
  return route.unloaded === true ? 'unloaded' : 'yes';
}

/** Versions of a model that a gateway holds or its own route names, newest first. */
export function versionsInUse(model: Model, overview: Overview | undefined): number[] {
  const prefix = `${model.name}@`;
  const held = connectedReports(overview).flatMap((report) =>
    report.models.filter(({ id }) => id.startsWith(prefix)).map(({ id }) => Number(id.slice(prefix.length))),
  );
  const routed = (model.route?.variants ?? []).flatMap((variant) =>
    variant.model === model.name ? [variant.version] : [],
  );
  return [...new Set([...held, ...routed])].toSorted((a, b) => b - a);
}

function connectedReports(overview: Overview | undefined) {
  return (overview?.gateways ?? []).flatMap(({ connected, report }) => (connected ? [report] : []));
}
