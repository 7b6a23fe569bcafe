import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { LoadOrder, ProbeReport } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { ProbeVerdicts } from './probe-verdicts.ts';
import { probe, type ProbeOptions } from './probe.ts';
import { Turnstile } from './turnstile.ts';

/** Probes at once: each takes a core for as long as it lasts. */
const probesAtOnceMax = 2;

/** Tries models out, unless the same files have passed under the same settings a short while ago. */
export class Prober {
  private readonly turnstile = new Turnstile(probesAtOnceMax);
  private readonly verdicts: ProbeVerdicts;

  constructor({ clock }: Pick<ProbeOptions, 'clock'>) {
    this.verdicts = new ProbeVerdicts(clock);
  }

  /** @throws ClusterError MODEL_INVALID with the reason; OVERLOADED when no process could be started. */
  async run(model: SnapshotModel, order: LoadOrder, options: ProbeOptions): Promise<ProbeReport> {
    const files = { ...model, ...order };
    const known = this.verdicts.find(files);
    if (known !== null) {
      options.log.debug({ model: options.modelId }, 'not tried again: its files have passed their probe before');
      return known;
    }
    const report = await this.turnstile.run(() => probe(order, options));
    this.verdicts.keep(files, report);
    return report;
  }

  /** Something went wrong with the model: it is tried again before it is loaded anew. @param order null before its probe. */
  forget(model: SnapshotModel, order: LoadOrder | null): void {
    if (order !== null) this.verdicts.forget({ ...model, ...order });
  }
}
