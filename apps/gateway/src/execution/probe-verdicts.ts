import { createHash } from 'node:crypto';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { LoadOrder, ProbeReport } from '@cluster-ai/protocols/runner-frames/control-frames.ts';

/** Verdicts that are kept at most; the one that was asked for longest ago goes first. */
const verdictsMax = 1_024;

/** A part of a verdict was found by the clock (how many rows fit into a second), and machines change their pace. */
const keptForMs = 3_600_000;

/** Everything that a verdict depends on and that may differ within the life of a gateway. */
export type ProbedFiles = Pick<LoadOrder, 'modelFile' | 'signature' | 'rowsMax' | 'rowsAreAsked'> &
  Pick<SnapshotModel, 'files' | 'resets'>;

/**
 * What probes found out. A model that comes back with the same bytes, under the same settings, in the same gateway, need
 * not be tried again: that would take a core from those who are served for as long as it lasts.
 *
 * Only what passed is kept, and in memory alone: another version of this program, of the runtime or of the machine is
 * another process. What went wrong with a model later is a reason to forget, and to try it again.
 */
export class ProbeVerdicts {
  private readonly clock: Pick<Clock, 'nowMs'>;
  private readonly kept = new Map<string, { readonly report: ProbeReport; readonly untilMs: number }>();

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.clock = clock;
  }

  /** @returns null when these files must be tried. */
  find(files: ProbedFiles): ProbeReport | null {
    const key = keyOf(files);
    const found = this.kept.get(key);
    if (found === undefined) return null;
    this.kept.delete(key);
    if (found.untilMs <= this.clock.nowMs()) return null;
    this.kept.set(key, found);
    return found.report;
  }

  keep(files: ProbedFiles, report: ProbeReport): void {
    const key = keyOf(files);
    this.kept.delete(key);
    this.kept.set(key, { report, untilMs: this.clock.nowMs() + keptForMs });
    const [oldest] = this.kept.keys();
    if (oldest !== undefined && this.kept.size > verdictsMax) this.kept.delete(oldest);
  }

  forget(files: ProbedFiles): void {
    this.kept.delete(keyOf(files));
  }
}

/** The same files under the same paths: the digests of all of them, which every load checks against their bytes. */
function keyOf({ files, resets, modelFile, signature, rowsMax, rowsAreAsked }: ProbedFiles): string {
  const contents = files.map(({ path, sha256, size }) => [path, sha256, size]);
  const { inputs, outputs } = signature;
  const tensors = [inputs, outputs].map((list) => list.map(({ name, datatype, shape }) => [name, datatype, shape]));
  const text = JSON.stringify([contents, modelFile, tensors, rowsMax, rowsAreAsked, resets ?? 0]);
  return createHash('sha256').update(text).digest('base64');
}
