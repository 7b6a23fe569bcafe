import { ClusterError } from '@cluster-ai/core/errors.ts';
import { monotonicMs } from '@cluster-ai/platform/process/monotonic-time.ts';
import {
  decodeLoadedFrame,
  encodeBareFrame,
  encodeLoadFrame,
  type LoadOrder,
  type LoadReport,
} from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import {
  frameBytesMax,
  frameKinds,
  malformedFrame,
  type FrameHeader,
} from '@cluster-ai/protocols/runner-frames/frame.ts';
import {
  decodeTensorFrame,
  encodeTensorFrame,
  type TensorFrame,
} from '@cluster-ai/protocols/runner-frames/tensor-frame.ts';
import type { HostedInstance, InstanceResult } from './hosted-instance.ts';
import type { SlotLink } from './slot-link.ts';

/** Runs that an instance is given at once: one that runs and one that waits in the slot, so that it never idles. */
const runsPerInstanceMax = 2;

export interface InstanceTimes {
  readonly loadTimeoutMs: number;
  readonly executionTimeoutMs: number;
}

/** One copy of a model: the session in one slot of a runner, wherever that is at the moment. */
export class ModelInstance implements HostedInstance {
  readonly modelId: string;
  /** `<name>@<version>`. */
  readonly label: string;
  private readonly running: string;
  private readonly key: number;
  private readonly times: InstanceTimes;
  private link: SlotLink | null = null;
  private loaded = false;
  private inFlight = 0;
  private ranAtMs = -Infinity;

  /** @param key unlike that of any other instance of this gateway. @param label of the model, for messages. */
  constructor(modelId: string, label: string, key: number, times: InstanceTimes) {
    this.modelId = modelId;
    this.label = label;
    this.running = `running model '${label}'`;
    this.key = key;
    this.times = times;
  }

  get ready(): boolean {
    return this.loaded;
  }

  get freePlaces(): number {
    return this.loaded ? runsPerInstanceMax - this.inFlight : 0;
  }

  /** When it was last given a run; only differences mean anything. */
  get lastRunAtMs(): number {
    return this.ranAtMs;
  }

  get runsInFlight(): number {
    return this.inFlight;
  }

  /** Binds the instance to a slot. */
  attach(link: SlotLink): void {
    this.link = link;
    this.loaded = false;
  }

  /** The slot is gone. Runs that were handed over fail by the link. */
  detach(): void {
    this.link = null;
    this.loaded = false;
  }

  /** @throws ClusterError MODEL_INVALID, RUNNER_CRASHED. */
  async load(order: LoadOrder): Promise<LoadReport> {
    const { loadTimeoutMs } = this.times;
    const encode = (requestId: number): Uint8Array => encodeLoadFrame(frameKinds.LOAD, requestId, this.key, order);
    const report = await this.exchange(`loading model '${this.label}'`, loadTimeoutMs, encode, decodeLoadedFrame);
    this.loaded = true;
    return report;
  }

  /** Releases the model after the runs that it was given. @throws ClusterError RUNNER_CRASHED. */
  async unload(): Promise<void> {
    this.loaded = false;
    const { loadTimeoutMs } = this.times;
    const encode = (requestId: number): Uint8Array => encodeBareFrame(frameKinds.UNLOAD, requestId, this.key);
    await this.exchange(`unloading model '${this.label}'`, loadTimeoutMs, encode, () => undefined);
  }

  execute(body: TensorFrame, remainingMs: number, onSettled: () => void): Promise<InstanceResult> {
    const { link } = this;
    if (link === null || this.freePlaces <= 0) {
      return Promise.reject(new ClusterError('INTERNAL', `model '${this.label}' was given a run without a free place`));
    }
    const requestId = link.nextRequestId();
    const header: FrameHeader = {
      kind: frameKinds.EXECUTE,
      requestId,
      modelKey: this.key,
      timeMs: monotonicMs() + remainingMs,
    };
    const segments = encodeTensorFrame(header, body);
    if (segments === null) {
      return Promise.reject(
        new ClusterError('MODEL_EXECUTION_FAILED', `the inputs are larger than ${frameBytesMax} bytes`),
      );
    }
    this.inFlight += 1;
    this.ranAtMs = monotonicMs();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.inFlight -= 1;
      };
      link.send(requestId, segments, {
        modelId: this.modelId,
        activity: this.running,
        limitMs: this.times.executionTimeoutMs,
        onAnswer: (frame, { kind, timeMs }) => {
          if (kind !== frameKinds.RESULT) throw malformedFrame(`kind ${kind} answers a run`);
          const { tensors, microsLeft = 0 } = decodeTensorFrame(frame);
          const waitMs = link.currentWaitMs();
          const inputMs = Math.max(0, remainingMs - microsLeft / 1_000 - waitMs);
          return () => {
            settle();
            resolve({ tensors, computeMs: timeMs, waitMs, inputMs });
            onSettled();
          };
        },
        onFailure: (error) => {
          settle();
          reject(error);
          onSettled();
        },
      });
    });
  }

  private exchange<T>(
    activity: string,
    limitMs: number,
    encode: (requestId: number) => Uint8Array,
    decode: (frame: Uint8Array) => T,
  ): Promise<T> {
    const { link } = this;
    if (link === null) {
      return Promise.reject(new ClusterError('RUNNER_CRASHED', `the runner is gone while it was ${activity}`));
    }
    const requestId = link.nextRequestId();
    return new Promise((resolve, reject) => {
      link.send(requestId, [encode(requestId)], {
        modelId: this.modelId,
        activity,
        limitMs,
        onAnswer: (frame) => {
          const answer = decode(frame);
          return () => resolve(answer);
        },
        onFailure: reject,
      });
    });
  }
}
