import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { lowerProcess } from '@cluster-ai/platform/process/lower-priority.ts';
import { decodeStatsReplyFrame, encodeBareFrame } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { FrameSplitter } from '@cluster-ai/protocols/runner-frames/frame-splitter.ts';
import { frameKinds, malformedFrame, readFrameHeader } from '@cluster-ai/protocols/runner-frames/frame.ts';
import type { Confinement } from '../confinement/confinement.ts';
import { residentBytes } from '../confinement/memory.ts';
import { runnerEnvironment } from '../confinement/runner-environment.ts';
import { logRunnerOutput } from './runner-output.ts';
import { ScratchFile } from './scratch-file.ts';
import { SlotLink } from './slot-link.ts';

const controlDescriptor = 3;
/** Between them is the scratch file. */
const firstSlotDescriptor = 5;
/** How often its memory is looked at, milliseconds: what is filled in between, at about 2 GiB a second, is let pass. */
const memoryCheckMs = 100;
/** A runner that was asked to end and does not is killed after this time. */
const endTimeoutMs = 2_000;

export interface RunnerProcessOptions {
  /** Name in the log. */
  readonly id: string;
  /** Threads that it may have; each gets a pipe of its own when the process starts. */
  readonly slots: number;
  /** Nobody's request waits for it: it has a low priority. */
  readonly inBackground?: boolean;
  readonly confinement: Confinement;
  readonly log: Logger;
  readonly clock: Clock;
  readonly onSlotEnded: (slot: number) => void;
  /** The process is gone and every answer that it wrote has been delivered. */
  readonly onClose: (how: string) => void;
}

/**
 * One runner process, from its start to its end. It is not started again: that is the business of `Runner`.
 * The constructor throws when the system refuses another process.
 */
export class RunnerProcess {
  private readonly options: RunnerProcessOptions;
  private readonly child: ChildProcess;
  private readonly scratch: ScratchFile | null;
  private readonly control: Duplex;
  private readonly splitter = new FrameSplitter();
  private readonly links: readonly SlotLink[];
  private readonly whenClosed: Promise<void>;
  private readonly startedSlots = new Set<number>();
  private onAllSlotsEnded: () => void = () => undefined;
  private killedFor: string | null = null;
  private tooLarge = false;
  private readonly memoryTimer: NodeJS.Timeout;
  private statsPending = false;
  private rss = 0;

  constructor(options: RunnerProcessOptions) {
    this.options = options;
    this.scratch = ScratchFile.open(options.slots);
    this.child = start(options, this.scratch);
    // Without a process there are no pipes; the caller hears of it by the exception, the reason is for the log.
    this.child.on('error', (error) => options.log.error({ runner: options.id, error }, 'a runner process failed'));
    if (this.child.pid === undefined) {
      this.scratch?.close();
      throw new Error('a runner process could not be started');
    }
    endFirstWhenMemoryIsShort(this.child.pid, options);
    if (options.inBackground === true) lowerProcess(this.child.pid);
    for (const output of [this.child.stdout, this.child.stderr]) {
      if (output !== null) logRunnerOutput(output, options.id, options.log, options.clock);
    }
    this.control = this.pipe(controlDescriptor);
    this.control.on('error', () => this.control.destroy());
    this.control.on('data', (chunk: Uint8Array) => this.receive(chunk));
    const onMalformed = (error: unknown): void => this.killAsBroken(error);
    this.links = Array.from({ length: options.slots }, (_, slot) => {
      const pipe = this.pipe(firstSlotDescriptor + slot);
      return new SlotLink(pipe, options.clock, onMalformed, this.scratch?.region(slot));
    });
    this.whenClosed = new Promise((resolve) => {
      // 'close', not 'exit': answers that were written before the end must be read first.
      this.child.on('close', (code, signal) => {
        clearInterval(this.memoryTimer);
        this.scratch?.close();
        resolve(options.onClose(this.killedFor ?? describeEnd(code, signal)));
      });
    });
    this.memoryTimer = setInterval(() => this.killIfTooLarge(), memoryCheckMs).unref();
  }

  get pid(): number | null {
    return this.child.pid ?? null;
  }

  /** True when it was killed because it filled more memory than it may. */
  get wasTooLarge(): boolean {
    return this.tooLarge;
  }

  /** Resident memory a moment ago, bytes. */
  get rssBytes(): number {
    return this.rss;
  }

  link(slot: number): SlotLink {
    const link = this.links[slot];
    if (link === undefined) throw new RangeError(`runner ${this.options.id} has no slot ${slot}`);
    return link;
  }

  allLinks(): readonly SlotLink[] {
    return this.links;
  }

  /** Starts the thread of a slot; it takes frames at once. A slot that ended may be started again. */
  startSlot(slot: number): void {
    this.startedSlots.add(slot);
    this.control.write(encodeBareFrame(frameKinds.START_SLOT, slot));
  }

  /** Lets a slot's thread end after what it has been given. */
  endSlot(slot: number): void {
    this.link(slot).write([encodeBareFrame(frameKinds.END_SLOT, 0)]);
  }

  requestStats(): void {
    if (this.statsPending) return;
    this.statsPending = true;
    this.control.write(encodeBareFrame(frameKinds.STATS, 0));
  }

  /** @param why takes the place of the signal in what `onClose` is told. */
  kill(why: string): void {
    this.killedFor ??= why;
    this.child.kill('SIGKILL');
  }

  /**
   * Ends the process after what its slots have been given. One that is still busy after `endTimeoutMs` is killed, and
   * its runs fail.
   */
  async end(): Promise<void> {
    const timer = setTimeout(() => this.kill('was ended before it was done'), endTimeoutMs);
    const whenSlotsEnded = new Promise<void>((resolve) => {
      this.onAllSlotsEnded = resolve;
    });
    for (const slot of this.startedSlots) this.endSlot(slot);
    if (this.startedSlots.size > 0) await Promise.race([whenSlotsEnded, this.whenClosed]);
    this.control.end();
    await this.whenClosed;
    clearTimeout(timer);
  }

  private killIfTooLarge(): void {
    const { memoryBytesMax } = this.options.confinement;
    this.rss = (this.pid === null ? null : residentBytes(this.pid)) ?? this.rss;
    if (this.killedFor !== null || this.rss <= memoryBytesMax) return;
    this.tooLarge = true;
    this.kill(`was killed because it filled more than ${mebibytes(memoryBytesMax)} MiB of memory`);
  }

  private receive(chunk: Uint8Array): void {
    try {
      for (const frame of this.splitter.push(chunk)) this.handle(frame);
    } catch (error) {
      this.killAsBroken(error);
    }
  }

  private handle(frame: Uint8Array): void {
    const { kind, requestId } = readFrameHeader(frame);
    if (kind === frameKinds.SLOT_ENDED) {
      this.startedSlots.delete(requestId);
      this.options.onSlotEnded(requestId);
      if (this.startedSlots.size === 0) this.onAllSlotsEnded();
    } else if (kind === frameKinds.STATS_REPLY) {
      this.statsPending = false;
      this.rss = decodeStatsReplyFrame(frame).rssBytes;
    } else {
      throw malformedFrame(`kind ${kind} on the control pipe`);
    }
  }

  private killAsBroken(error: unknown): void {
    this.options.log.error({ runner: this.options.id, error }, 'the runner sent something that is not understood');
    this.kill('sent something that is not understood and was killed');
  }

  private pipe(descriptor: number): Duplex {
    const stream = this.child.stdio[descriptor];
    if (!(stream instanceof Duplex)) throw new Error(`the runner's descriptor ${descriptor} is no duplex pipe`);
    return stream;
  }
}

function start({ confinement, slots }: RunnerProcessOptions, scratch: ScratchFile | null): ChildProcess {
  const { file, args } = confinement.command(slots);
  const slotPipes = Array.from({ length: slots }, () => 'pipe' as const);
  try {
    return spawn(file, args, {
      // A group of its own: Ctrl-C in a terminal must reach the supervisor alone. It ends when its pipe closes.
      detached: true,
      cwd: '/',
      env: runnerEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', scratch?.reader ?? 'ignore', ...slotPipes],
    });
  } finally {
    scratch?.handedOver();
  }
}

/** The kernel, when memory runs out, is to end a runner before the gateway and the database. */
function endFirstWhenMemoryIsShort(pid: number, { id, log }: RunnerProcessOptions): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch (error) {
    // It ended at once: its end is told by its pipe.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'ESRCH') log.warn({ runner: id, error }, 'the kernel may end others first');
  }
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`;
}
