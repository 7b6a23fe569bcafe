import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { ObservedRunner } from '@cluster-ai/contract/telemetry.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { LoadReport } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import type { Confinement } from '../confinement/confinement.ts';
import type { ModelInstance } from './model-instance.ts';
import { calmAfterMs, chooseSlot, isFromOutside, restartDelayMs, type RunnerIsolation } from './placement.ts';
import { RunnerProcess } from './runner-process.ts';
import type { SlotLink } from './slot-link.ts';

export interface RunnerCrash {
  /** How the process ended, as a predicate: 'was killed by SIGSEGV'. */
  readonly how: string;
  /** Models that were being run or loaded: one of them may be the cause. */
  readonly suspectIds: readonly string[];
  /** Models that lost an instance. */
  readonly affectedIds: readonly string[];
}

export interface RunnerOptions {
  readonly id: string;
  readonly isolation: RunnerIsolation;
  readonly slots: number;
  readonly confinement: Confinement;
  readonly log: Logger;
  readonly clock: Clock;
  /** Puts the model into the slot that the instance is bound to. */
  readonly load: (instance: ModelInstance) => Promise<LoadReport>;
  readonly onLoaded: (instance: ModelInstance, report: LoadReport) => void;
  /** A load failed by itself, not by a crash. It is tried again unless the instance is withdrawn meanwhile. */
  readonly onLoadFailed: (instance: ModelInstance, error: ClusterError) => void;
  /** Called before the process is started again: instances may be withdrawn now. */
  readonly onCrash: (runner: Runner, crash: RunnerCrash) => void;
  /** The runner has no process and no instances any more, and is not used again. */
  readonly onEnd: (runner: Runner) => void;
}

/** Models that a process which was started again loads at once: those that are asked for must not wait for all others. */
const loadsAtOnceMax = 2;

interface Slot {
  readonly instances: Set<ModelInstance>;
  started: boolean;
  /** Set while the thread ends; resolves when it, or the process, is gone. */
  ending: { readonly whenGone: Promise<void>; readonly gone: () => void } | null;
}

/** Keeps one runner process alive while it has instances, and every instance loaded in a slot of it. */
export class Runner {
  readonly options: RunnerOptions;
  private readonly instances = new Set<ModelInstance>();
  /** Instances that wait to be placed in a process that was started again. */
  private waiting: ModelInstance[] = [];
  private slots: Slot[] = [];
  private process: RunnerProcess | null = null;
  private restartTimer: NodeJS.Timeout | null = null;
  private ended = false;
  private restarts = 0;
  private crashesInRow = 0;
  private lastCrashAtMs = -Infinity;
  private hungModelId: string | null = null;

  constructor(options: RunnerOptions) {
    this.options = options;
  }

  /** False once it has ended or is ending: a new instance needs another runner. */
  get usable(): boolean {
    return !this.ended;
  }

  /** Takes an instance and loads it; the callbacks tell how that went. */
  add(instance: ModelInstance): void {
    this.instances.add(instance);
    if (this.process !== null) this.place(instance, this.process);
    else if (this.restartTimer === null) this.start();
  }

  /** Takes an instance out without a word to the process: for one that a crash has freed. */
  withdraw(instance: ModelInstance): void {
    this.instances.delete(instance);
  }

  /**
   * Drains and releases an instance; resolves when its slot's thread, or the process, has ended if it was the last there.
   * One idle thread is kept.
   */
  async remove(instance: ModelInstance): Promise<void> {
    this.instances.delete(instance);
    const { process } = this;
    const slot = this.slots.find(({ instances }) => instances.has(instance));
    if (process !== null && slot !== undefined) await this.release(instance, slot, process);
    if (this.instances.size === 0) await this.end();
  }

  /** Ends the process after what its slots have been given, within limits. */
  async end(): Promise<void> {
    this.ended = true;
    if (this.restartTimer !== null) clearTimeout(this.restartTimer);
    this.restartTimer = null;
    if (this.process === null) this.options.onEnd(this);
    else await this.process.end();
  }

  /** Kills the process when one of its slots has been on the same request for too long. */
  killIfHung(nowMs: number): void {
    if (this.process === null || this.hungModelId !== null) return;
    for (const link of this.process.allLinks()) {
      const request = link.overdue(nowMs);
      if (request === null) continue;
      this.hungModelId = request.modelId;
      this.process.kill(`was killed because it took longer than ${request.limitMs} ms`);
      return;
    }
  }

  requestStats(): void {
    this.process?.requestStats();
  }

  observed(): ObservedRunner {
    return {
      id: this.options.id,
      isolation: this.options.isolation,
      pid: this.process?.pid ?? null,
      restarts: this.restarts,
      slots: this.slots.filter(({ started, instances }) => started && instances.size > 0).length,
      rssBytes: this.process?.rssBytes ?? 0,
      models: [...new Set([...this.instances].map(({ label }) => label))],
    };
  }

  private start(): void {
    this.restartTimer = null;
    this.slots = Array.from({ length: this.options.slots }, () => ({
      instances: new Set<ModelInstance>(),
      started: false,
      ending: null,
    }));
    try {
      this.process = new RunnerProcess({
        id: this.options.id,
        slots: this.options.slots,
        confinement: this.options.confinement,
        log: this.options.log,
        clock: this.options.clock,
        onSlotEnded: (slot) => this.slotEnded(slot),
        onClose: (how) => this.closed(how),
      });
    } catch (error) {
      this.options.log.error({ runner: this.options.id, error }, 'the runner could not be started');
      this.recover({ how: 'could not be started', suspectIds: [], affectedIds: [] });
      return;
    }
    this.waiting = [...this.instances].toSorted((a, b) => b.lastRunAtMs - a.lastRunAtMs);
    for (let started = 0; started < loadsAtOnceMax; started += 1) this.placeNext(this.process);
  }

  /** Places the instance that was asked for last of those that wait. */
  private placeNext(process: RunnerProcess): void {
    const instance = this.waiting.shift();
    if (instance === undefined) return;
    if (this.instances.has(instance)) this.place(instance, process);
    else this.placeNext(process);
  }

  private place(instance: ModelInstance, process: RunnerProcess): void {
    const index =
      this.idleSlot() ??
      chooseSlot(this.slots.map(({ instances, ending }) => (ending === null ? instances.size : null)));
    const slot = index === null ? undefined : this.slots[index];
    // Every thread is ending: the first that has ended takes the instance.
    if (index === null || slot === undefined) return;
    if (!slot.started) process.startSlot(index);
    slot.started = true;
    slot.instances.add(instance);
    instance.attach(process.link(index));
    void this.load(instance, process);
  }

  /** The first slot whose thread has nothing to do; null when all are at work or not started. */
  private idleSlot(): number | null {
    const index = this.slots.findIndex(
      ({ started, instances, ending }) => started && instances.size === 0 && ending === null,
    );
    return index < 0 ? null : index;
  }

  private async load(instance: ModelInstance, process: RunnerProcess): Promise<void> {
    try {
      const report = await this.options.load(instance);
      if (this.process === process) this.placeNext(process);
      if (this.instances.has(instance)) this.options.onLoaded(instance, report);
    } catch (thrown) {
      if (this.process === process) this.placeNext(process);
      // A crash is answered for all instances together, in `closed`.
      if (this.process !== process || !this.instances.has(instance)) return;
      this.options.onLoadFailed(instance, toClusterError(thrown));
      setTimeout(() => {
        if (this.process === process && this.instances.has(instance)) void this.load(instance, process);
      }, restartDelayMs(2));
    }
  }

  private async release(instance: ModelInstance, slot: Slot, process: RunnerProcess): Promise<void> {
    try {
      await instance.unload();
    } catch (error) {
      // The process ended first, and the model with it.
      if (error instanceof ClusterError && error.code === 'RUNNER_CRASHED') return;
      throw error;
    }
    slot.instances.delete(instance);
    instance.detach();
    if (slot.instances.size > 0 || this.process !== process) return;
    // One thread stays for the next model: starting it would take longer than many a load.
    if (this.idleSlot() === this.slots.indexOf(slot)) return;
    let gone = (): void => undefined;
    const whenGone = new Promise<void>((resolve) => {
      gone = resolve;
    });
    slot.ending = { whenGone, gone };
    process.endSlot(this.slots.indexOf(slot));
    await whenGone;
  }

  private slotEnded(index: number): void {
    const slot = this.slots[index];
    if (slot === undefined) return;
    slot.started = false;
    slot.ending?.gone();
    slot.ending = null;
    if (this.process === null) return;
    for (const instance of this.instances) {
      if (this.waiting.includes(instance)) continue;
      if (!this.slots.some(({ instances }) => instances.has(instance))) this.place(instance, this.process);
    }
  }

  private closed(how: string): void {
    const links = this.process?.allLinks() ?? [];
    const suspectIds = this.suspects(links, this.process?.wasTooLarge === true);
    this.process = null;
    this.hungModelId = null;
    const affectedIds = [...new Set([...this.instances].map(({ modelId }) => modelId))];
    // First no place is free, then runs fail: what waits must not be handed to a process that is gone.
    for (const instance of this.instances) instance.detach();
    for (const slot of this.slots) slot.ending?.gone();
    // Of several, all are run again, each in a runner of its own by then: that finds the one that is guilty.
    const guilty = isFromOutside(how) || suspectIds.length > 1 ? [] : suspectIds;
    for (const link of links) link.failAll(how, guilty);
    if (this.ended) this.options.onEnd(this);
    else this.recover({ how, suspectIds, affectedIds });
  }

  /**
   * Who may have brought the process down: whoever hung; for memory whoever had been at work for longest, or was last;
   * otherwise all that were at work.
   */
  private suspects(links: readonly SlotLink[], wasTooLarge: boolean): string[] {
    if (this.hungModelId !== null) return [this.hungModelId];
    const busy = links.toSorted((a, b) => (a.currentSinceMs() ?? Infinity) - (b.currentSinceMs() ?? Infinity));
    const current = [...new Set(busy.flatMap((link) => link.current()?.modelId ?? []))];
    if (!wasTooLarge) return current;
    const done = links.flatMap((link) => link.last() ?? []).toSorted((a, b) => b.atMs - a.atMs);
    return [...current, ...done.map(({ modelId }) => modelId)].slice(0, 1);
  }

  private recover(crash: RunnerCrash): void {
    const nowMs = this.options.clock.nowMs();
    this.crashesInRow = nowMs - this.lastCrashAtMs > calmAfterMs ? 1 : this.crashesInRow + 1;
    this.lastCrashAtMs = nowMs;
    this.restarts += 1;
    this.options.onCrash(this, crash);
    if (this.ended) return;
    if (this.instances.size === 0) void this.end();
    else this.restartTimer = setTimeout(() => this.start(), restartDelayMs(this.crashesInRow));
  }
}
