import { batchingVersionsMax, type VersionBatching } from '@cluster-ai/contract/batching.ts';
import type { AutomaticReport } from '../batching/automatic-batching.ts';
import { explain } from '../open-inference/model-explain.ts';
import type { ActiveRoute, ServingVariant } from '../routing/route-table.ts';

/** After this the control plane is told again although nothing has changed, milliseconds: it may have forgotten. */
const repeatAfterMs = 30_000;

/** What each report says of how requests become batches: everything, or nothing where the last one said the same. */
export class BatchingReports {
  private readonly routes: () => readonly ActiveRoute[];
  private accepted = { text: '', atMs: -Infinity };
  private sent = { text: '', atMs: -Infinity };

  constructor(routes: () => readonly ActiveRoute[]) {
    this.routes = routes;
  }

  /** @returns undefined when the control plane knows it. */
  next(nowMs: number): readonly VersionBatching[] | undefined {
    const versions = explainAll(this.routes());
    const text = JSON.stringify(versions);
    if (text === this.accepted.text && nowMs - this.accepted.atMs < repeatAfterMs) {
      this.sent = this.accepted;
      return undefined;
    }
    this.sent = { text, atMs: nowMs };
    return versions;
  }

  /** To be called when the report with the last answer of `next` was accepted. */
  acknowledged(): void {
    this.accepted = this.sent;
  }
}

/** Each version once, also where several routes lead to it; those with the most batches, where there are too many. */
function explainAll(routes: readonly ActiveRoute[]): VersionBatching[] {
  const variants = new Map<string, ServingVariant>();
  for (const { serving } of routes) for (const variant of serving) variants.set(variant.id, variant);
  return [...variants.values()]
    .map(describe)
    .toSorted((left, right) => right.batches - left.batches)
    .slice(0, batchingVersionsMax);
}

function describe(variant: ServingVariant): VersionBatching {
  const { waiting, rules, origins, apartReason, figures, advice, automatic } = explain(variant);
  const { rowsMax, preferredRows, delayMs, keepsOrder, levels } = rules;
  const { name: model, version } = variant.model;
  return {
    model,
    version,
    waiting,
    rules: {
      rowsMax,
      preferredRows: rowsMax === 0 ? [] : [...preferredRows],
      delayMs,
      keepsOrder,
      levels,
      origins,
    },
    apartReason: apartReason === '' ? null : apartReason,
    ...figures,
    sizes: [...figures.sizes],
    advice: [...advice],
    ...(automatic === undefined ? {} : { automatic: automaticOf(automatic) }),
  };
}

function automaticOf({
  objectiveMs,
  standing,
  p99Ms,
  choice,
  decisions,
}: AutomaticReport): VersionBatching['automatic'] {
  return { objectiveMs, standing, p99Ms, choice, decisions: [...decisions] };
}
