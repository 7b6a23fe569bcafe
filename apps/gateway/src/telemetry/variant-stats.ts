import { errorTable, type ErrorCode } from '@cluster-ai/core/errors.ts';
import { Histogram } from './histogram.ts';
import { InferenceStatistics } from './inference-statistics.ts';

/** The parts of a request's time that are measured one by one. */
export const stageNames = ['receive', 'decode', 'queue', 'execute', 'compute', 'encode'] as const;
export type StageName = (typeof stageNames)[number];

/** Counters of one model version behind one route. Made once, when the variant first takes traffic. */
export class VariantStats {
  readonly route: string;
  readonly modelId: string;
  readonly total = new Histogram();
  readonly stages: Readonly<Record<StageName, Histogram>> = {
    receive: new Histogram(),
    decode: new Histogram(),
    queue: new Histogram(),
    execute: new Histogram(),
    compute: new Histogram(),
    encode: new Histogram(),
  };
  readonly inference = new InferenceStatistics();
  readonly errors = new Map<ErrorCode, number>();
  requests = 0;
  batches = 0;
  batchedRows = 0;

  constructor(route: string, modelId: string) {
    this.route = route;
    this.modelId = modelId;
  }

  get errorsTotal(): number {
    let total = 0;
    for (const count of this.errors.values()) total += count;
    return total;
  }

  /** Errors that were the server's fault. */
  get faultsTotal(): number {
    let total = 0;
    for (const [code, count] of this.errors) if (errorTable[code].http >= 500) total += count;
    return total;
  }

  countError(code: ErrorCode): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
