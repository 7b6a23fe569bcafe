import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { LoadReport, ProbeReport } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { malformedFrame } from '@cluster-ai/protocols/runner-frames/frame.ts';
import type { PlacedTensor } from '@cluster-ai/protocols/runner-frames/tensor-frame.ts';
import type { Execution, ExecutionResult, ModelExecutor } from './executor.ts';
import type { HostedInstance } from './hosted-instance.ts';
import type { Isolation } from './placement.ts';

/** A model version on this gateway: its state, and the way to its instances. */
export class HostedModel implements ModelExecutor {
  readonly model: SnapshotModel;
  readonly signature: ModelSignature;
  isolation: Isolation;
  instances: readonly HostedInstance[] = [];
  /** A runner crashed while this model and others were at work. */
  isSuspect = false;
  /** Kills of a runner from outside while this model ran or loaded. */
  kills = 0;
  /** Why it does not run inside the gateway although the operator wants it to; empty when there is nothing to say. */
  notInlineBecause = '';
  /** Loads that failed since the last one that did not. */
  loadFailures = 0;
  private probed: ProbeReport | null = null;
  private loadTimes: LoadReport | null = null;
  private currentState: ObservedModel['state'] = 'LOADING';
  private currentReason = '';
  private currentFailure: ClusterError | null = null;
  private listener: () => void = () => undefined;
  private readonly inputPlaces: ReadonlyMap<string, number>;
  private readonly outputPlaces: ReadonlyMap<string, number>;

  constructor(model: SnapshotModel, isolation: Isolation) {
    this.model = model;
    this.signature = model.signature;
    this.isolation = isolation;
    this.inputPlaces = placesOf(model.signature.inputs);
    this.outputPlaces = placesOf(model.signature.outputs);
  }

  /** For messages: ids may carry more than people know a version by. */
  get label(): string {
    return `${this.model.name}@${this.model.version}`;
  }

  get rowsMax(): number {
    return this.probed?.rowsMax ?? 0;
  }

  get apartReason(): string {
    return this.probed?.reason ?? '';
  }

  /** Size of dynamic dimensions for the warm-up run; null for no such run. */
  get warmUpSize(): number | null {
    return this.probed?.warmUpSize ?? null;
  }

  get state(): ObservedModel['state'] {
    return this.currentState;
  }

  freePlaces(): number {
    if (this.currentState === 'FAILED' || this.currentState === 'UNLOADING') return 0;
    let places = 0;
    for (const instance of this.instances) places += instance.freePlaces;
    return places;
  }

  onFree(listener: () => void): void {
    this.listener = listener;
  }

  execute(execution: Execution): Promise<ExecutionResult> {
    const instance = this.freestInstance();
    if (instance === null) return Promise.reject(this.refusal());
    const tensors: PlacedTensor[] = [];
    for (const { name, datatype, shape, parts } of execution.inputs) {
      const place = this.inputPlaces.get(name);
      if (place === undefined) {
        return Promise.reject(new ClusterError('INTERNAL', `model '${this.label}' has no input '${name}'`));
      }
      tensors.push({ place, datatype, shape, parts });
    }
    const outputPlaces: number[] = [];
    for (const name of execution.outputNames) {
      const place = this.outputPlaces.get(name);
      if (place === undefined) {
        return Promise.reject(new ClusterError('INTERNAL', `model '${this.label}' has no output '${name}'`));
      }
      outputPlaces.push(place);
    }
    return instance
      .execute({ tensors, outputPlaces }, execution.remainingMs, this.listener)
      .then(({ tensors: answered, ...times }) => ({
        outputs: answered.map((tensor) => this.output(tensor)),
        ...times,
      }));
  }

  /** Runs that were handed over and are not answered. */
  get runsInFlight(): number {
    return this.instances.reduce((sum, instance) => sum + instance.runsInFlight, 0);
  }

  /** The probe has passed it. */
  accept(report: ProbeReport): void {
    this.probed = report;
  }

  /** There is a place again in an instance that is not in a runner. */
  placeIsFree(): void {
    this.listener();
  }

  /** One instance is loaded; the model is ready when all are. */
  instanceLoaded(report: LoadReport): void {
    this.loadTimes = report;
    this.loadFailures = 0;
    if (this.currentState === 'LOADING' && this.instances.every((instance) => instance.ready)) {
      this.currentState = 'READY';
      this.currentReason = [this.probed?.reason ?? '', this.notInlineBecause].filter((why) => why !== '').join('; ');
    }
    this.listener();
  }

  setState(state: ObservedModel['state'], reason: string): void {
    this.currentState = state;
    this.currentReason = reason;
    this.currentFailure = null;
  }

  fail(error: ClusterError): void {
    this.setState('FAILED', error.message);
    this.currentFailure = error;
  }

  /** Why it is FAILED; null when it is not. */
  get failure(): ClusterError | null {
    return this.currentFailure;
  }

  observed(): ObservedModel {
    return {
      id: this.model.id,
      digest: this.model.digest,
      state: this.currentState,
      reason: this.currentReason,
      isolation: this.isolation,
      instances: this.instances.filter((instance) => instance.ready).length,
      batched: this.rowsMax > 0,
      loadMs: this.loadTimes?.loadMs ?? null,
      warmUpMs: this.loadTimes?.warmUpMs ?? null,
    };
  }

  private freestInstance(): HostedInstance | null {
    if (this.freePlaces() <= 0) return null;
    return this.instances.reduce((best, instance) => (instance.freePlaces > best.freePlaces ? instance : best));
  }

  private refusal(): ClusterError {
    if (this.currentState === 'READY') {
      return new ClusterError('INTERNAL', `model '${this.label}' was given a run without a free place`);
    }
    if (this.currentFailure?.code === 'MODEL_OUT_OF_SERVICE') return this.currentFailure;
    const why = this.currentReason === '' ? '' : `: ${this.currentReason}`;
    return new ClusterError('MODEL_NOT_READY', `model '${this.label}' is ${this.currentState}${why}`);
  }

  private output({ place, datatype, shape, parts }: PlacedTensor): Tensor {
    const name = this.signature.outputs[place]?.name;
    const [data] = parts;
    if (name === undefined || data === undefined) throw malformedFrame('an output is not in the signature');
    return { name, datatype, shape, data };
  }
}

function placesOf(tensors: ModelSignature['inputs']): Map<string, number> {
  return new Map(tensors.map(({ name }, place) => [name, place]));
}
