import type { Duplex } from 'node:stream';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { giveBack } from '@cluster-ai/platform/process/give-back.ts';
import { RunLost } from './run-lost.ts';
import type { ScratchRegion } from './scratch-file.ts';
import { decodeFailedFrame, encodeStoredFrame } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { FrameSplitter } from '@cluster-ai/protocols/runner-frames/frame-splitter.ts';
import {
  frameKinds,
  malformedFrame,
  readFrameHeader,
  type FrameHeader,
} from '@cluster-ai/protocols/runner-frames/frame.ts';

/** Frames of this size and more go through the scratch file, bytes: below, the pipe takes them in one piece. */
const storedFromBytes = 65_536;

/** A frame that the slot has not answered yet. */
export interface SlotRequest {
  /** The model that the slot works on meanwhile. */
  readonly modelId: string;
  /** What the slot does, for messages: `running model 'iris@3'`. */
  readonly activity: string;
  /** Longest time that the slot may take for it, milliseconds; more counts as hung. */
  readonly limitMs: number;
  /**
   * Reads the answer and returns what is to be done with it.
   * @throws ClusterError INTERNAL when the frame is malformed: the runner is then killed.
   */
  onAnswer(frame: Uint8Array, header: FrameHeader): () => void;
  onFailure(error: ClusterError): void;
}

interface Waiting {
  readonly request: SlotRequest;
  readonly requestId: number;
  readonly sentAtMs: number;
  /** It lies in the scratch file until it is answered. */
  readonly isStored: boolean;
}

/**
 * The gateway's end of a slot's pipe. A slot answers in the order of the requests, so the oldest one is the one that it
 * works on.
 */
export class SlotLink {
  private readonly socket: Duplex;
  private readonly clock: Clock;
  private readonly scratch: ScratchRegion | null;
  private readonly splitter = new FrameSplitter();
  private readonly waiting: Waiting[] = [];
  private lastAnswerAtMs = -Infinity;
  private lastModelId: string | null = null;
  private lastRequestId = 0;
  private corked = false;

  /**
   * @param onMalformed called once when the slot sends something that is no answer.
   * @param scratch takes large frames; null sends all through the pipe.
   */
  constructor(
    socket: Duplex,
    clock: Clock,
    onMalformed: (error: unknown) => void,
    scratch: ScratchRegion | null = null,
  ) {
    this.socket = socket;
    this.clock = clock;
    this.scratch = scratch;
    // A broken pipe is followed by the end of the process, which says more.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      // Outputs are views of these bytes: as a Buffer, their `slice` would share memory where every other one copies.
      const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      try {
        const frames = this.splitter.push(bytes);
        for (const frame of frames) this.receive(frame);
        // A part of a large frame has been copied to the rest of it.
        if (frames.length === 0) giveBack(bytes);
      } catch (error) {
        // Anything else is a defect on this side, and not for the runner to pay for.
        if (!(error instanceof ClusterError)) throw error;
        socket.destroy();
        onMalformed(error);
      }
    });
  }

  nextRequestId(): number {
    this.lastRequestId = (this.lastRequestId + 1) >>> 0;
    return this.lastRequestId;
  }

  /** Sends a frame; everything sent in one turn of the event loop crosses in one write. */
  send(requestId: number, segments: readonly Uint8Array[], request: SlotRequest): void {
    const stored = this.store(requestId, segments);
    this.waiting.push({ request, requestId, sentAtMs: this.clock.nowMs(), isStored: stored !== null });
    this.write(stored === null ? segments : [stored]);
  }

  /** Sends a frame that has no answer. */
  write(segments: readonly Uint8Array[]): void {
    if (!this.corked) {
      this.corked = true;
      this.socket.cork();
      process.nextTick(() => {
        this.corked = false;
        this.socket.uncork();
      });
    }
    for (const segment of segments) this.socket.write(segment);
  }

  /** What the slot works on now; null when it waits for work. */
  current(): SlotRequest | null {
    return this.waiting[0]?.request ?? null;
  }

  /** Since when it has worked on it; null when it waits for work. */
  currentSinceMs(): number | null {
    const [current] = this.waiting;
    return current === undefined ? null : Math.max(current.sentAtMs, this.lastAnswerAtMs);
  }

  /** How long the current request lay in the slot behind others, milliseconds. */
  currentWaitMs(): number {
    const [current] = this.waiting;
    return current === undefined ? 0 : Math.max(0, this.lastAnswerAtMs - current.sentAtMs);
  }

  /** What the slot worked on last, and when it was done; null when it has done nothing. */
  last(): { readonly modelId: string; readonly atMs: number } | null {
    return this.lastModelId === null ? null : { modelId: this.lastModelId, atMs: this.lastAnswerAtMs };
  }

  /** The current request, if the slot has been on it for longer than allowed; null when all is well. */
  overdue(nowMs: number): SlotRequest | null {
    const current = this.current();
    const sinceMs = this.currentSinceMs();
    return current !== null && sinceMs !== null && nowMs - sinceMs > current.limitMs ? current : null;
  }

  /**
   * The runner is gone: whatever was handed over fails with RUNNER_CRASHED.
   * @param how the process ended, as a predicate: 'was killed by SIGKILL'.
   * @param suspectIds models one of which may have brought it down; what waited behind the current request did not.
   */
  failAll(how: string, suspectIds: readonly string[]): void {
    for (const [place, { request }] of this.waiting.splice(0).entries()) {
      const mayRunAgain = place > 0 || !suspectIds.includes(request.modelId);
      request.onFailure(new RunLost(`the runner ${how} while it was ${request.activity}`, mayRunAgain));
    }
  }

  private receive(frame: Uint8Array): void {
    const header = readFrameHeader(frame);
    const [answered] = this.waiting;
    if (answered?.requestId !== header.requestId) throw malformedFrame('it answers nothing that was asked');
    const { request } = answered;
    // A malformed answer leaves the request in the queue: it fails with the runner.
    const deliver = header.kind === frameKinds.FAILED ? this.failure(request, frame) : request.onAnswer(frame, header);
    this.waiting.shift();
    if (answered.isStored) this.scratch?.release();
    this.lastAnswerAtMs = this.clock.nowMs();
    this.lastModelId = request.modelId;
    deliver();
  }

  /** @returns the frame that says where a large one lies; null for one that has to take the pipe. */
  private store(requestId: number, segments: readonly Uint8Array[]): Uint8Array | null {
    if (this.scratch === null) return null;
    let bytes = 0;
    for (const segment of segments) bytes += segment.byteLength;
    if (bytes < storedFromBytes) return null;
    const offset = this.scratch.store(segments, bytes);
    return offset === null ? null : encodeStoredFrame(requestId, { offset, bytes });
  }

  private failure(request: SlotRequest, frame: Uint8Array): () => void {
    const error = decodeFailedFrame(frame);
    return () => request.onFailure(error);
  }
}
