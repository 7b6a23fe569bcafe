import { SequencePlaces } from '@cluster-ai/core/batching/sequence-places.ts';
import type { BatchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { SequenceBatching } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { BatchFigures } from '../batching/batch-figures.ts';
import type { Batcher } from '../batching/batcher.ts';
import { Ticket, type BatchOutcome, type TicketHolder } from '../batching/ticket.ts';
import { controlTensor, type SequenceSignals } from './control-tensor.ts';
import { readSignals, sequenceKey } from './read-signals.ts';

export interface SequenceBatcherOptions {
  readonly clock: Clock;
  /** Requests that may wait, of all sequences together. */
  readonly queueLengthMax: number;
  readonly sequences: SequenceBatching;
  /** Sequences that have requests with the model at once; those that came later wait for the end of one. */
  readonly atOnceMax: number;
  /** What each state begins with. */
  readonly states: readonly Tensor[];
  /** With the inputs and outputs that clients do not see. */
  readonly signature: ModelSignature;
}

/** Sequences that one gateway keeps at most: each has its state in memory. */
const sequencesMax = 10_000;

/** How often deadlines and silent sequences are looked at, milliseconds. */
const checkMs = 100;

interface Step {
  readonly ticket: Ticket;
  readonly signals: SequenceSignals;
  /** Nothing that was before counts: it starts, or one that nobody waits for any more did. */
  readonly anew: boolean;
}

interface Sequence {
  readonly key: string;
  waiting: Step[];
  /** The request that is with the model. */
  running: Step | null;
  /** By input, what the model gave with the request before. */
  states: readonly Tensor[];
  /** The last request that came said that it is the last: the next has to start anew. */
  ended: boolean;
  lastAtMs: number;
}

/**
 * The queue of a model whose requests belong to sequences: those of one sequence run one after another, in the order in
 * which they came, with its state; those of different ones are merged like others. Where so many sequences are with the
 * model as may be, the others wait, in the order in which they began. Everything is this gateway's alone.
 */
export class SequenceBatcher implements Batcher, TicketHolder {
  private readonly runs: Batcher;
  private readonly options: SequenceBatcherOptions;
  private readonly hidden: ReadonlySet<string>;
  private readonly hasBatch: boolean;
  /** By key, those that take requests. */
  private readonly sequences = new Map<string, Sequence>();
  /** Those too that have had their last request and not yet its answer. */
  private readonly open = new Set<Sequence>();
  private readonly places: SequencePlaces<Sequence>;
  /** Requests that wait for the one before, or for a place. */
  private readonly waiting = new Set<Ticket>();
  private timer: NodeJS.Timeout | null = null;
  private closedWith: ClusterError | null = null;
  private whenIdle: PromiseWithResolvers<void> | null = null;

  /** @param runs runs what it is given, merged as it likes. */
  constructor(runs: Batcher, options: SequenceBatcherOptions) {
    this.runs = runs;
    this.options = options;
    this.places = new SequencePlaces(options.atOnceMax);
    this.hidden = new Set(options.sequences.states.map(({ output }) => output));
    this.hasBatch = options.signature.inputs.every(({ shape }) => shape[0] === -1);
  }

  get judgesTimeouts(): boolean {
    return this.runs.judgesTimeouts;
  }

  get figures(): BatchFigures {
    return this.runs.figures;
  }

  get rules(): BatchRules {
    return this.runs.rules;
  }

  adopt(rules: BatchRules): void {
    this.runs.adopt(rules);
  }

  get queued(): number {
    return this.waiting.size + this.runs.queued;
  }

  enqueue(request: InferenceRequest, deadlineAtMs: number): Ticket {
    if (this.closedWith !== null) throw this.closedWith;
    const signals = readSignals(request, this.hasBatch);
    if (this.waiting.size >= this.options.queueLengthMax) {
      const limit = this.options.queueLengthMax;
      throw overloaded(`the queue of model '${request.modelName}' is full: ${limit} requests are waiting`);
    }
    const sequence = this.sequenceOf(request, signals);
    const ticket = new Ticket(request, null, deadlineAtMs, this.options.clock.nowMs(), this);
    sequence.ended = signals.end;
    sequence.waiting.push({ ticket, signals, anew: signals.start });
    this.waiting.add(ticket);
    this.timer ??= setInterval(() => this.check(), checkMs).unref();
    this.advance(sequence);
    return ticket;
  }

  /** A ticket has failed: it does not wait any more. */
  left(ticket: Ticket): void {
    if (this.waiting.delete(ticket)) this.afterSettling();
  }

  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    this.whenIdle ??= Promise.withResolvers<void>();
    return this.whenIdle.promise;
  }

  close(error: ClusterError): void {
    this.closedWith = error;
    for (const sequence of this.open) {
      for (const { ticket } of sequence.waiting.splice(0)) ticket.fail(error);
      sequence.ended = true;
    }
    // What is with the model has no successor; the others, and their states, are let go at once.
    for (const sequence of this.open) if (isOver(sequence)) this.forget(sequence);
    this.runs.close(error);
    this.afterSettling();
  }

  private sequenceOf(request: InferenceRequest, { id, start }: SequenceSignals): Sequence {
    const key = sequenceKey(id);
    const present = this.sequences.get(key);
    if (!start && (present === undefined || present.ended)) {
      throw new ClusterError(
        'INVALID_ARGUMENT',
        `inference request for sequence ${shown(id)} to model '${request.modelName}' must specify the START flag on the first request of the sequence`,
        {
          fix: 'send sequence_start; a sequence that was silent for too long, or whose version was replaced, is over, and where several gateways share a port all of its requests must use one connection',
        },
      );
    }
    // One that has had its last request keeps its place for that alone: what starts now is another one.
    if (present !== undefined && !present.ended) return present;
    if (this.open.size >= sequencesMax) {
      throw overloaded(`model '${request.modelName}' has ${sequencesMax} sequences open, the most that are kept`);
    }
    const lastAtMs = this.options.clock.nowMs();
    const sequence = { key, waiting: [], running: null, states: this.options.states, ended: false, lastAtMs };
    this.sequences.set(key, sequence);
    this.open.add(sequence);
    this.places.enter(sequence);
    return sequence;
  }

  /** Goes on with a sequence, and with those that get the place of one that is over. */
  private advance(sequence: Sequence): void {
    for (let at: Sequence | null = sequence; at !== null;) {
      if (this.places.has(at)) this.handOver(at);
      at = isOver(at) ? this.forget(at) : null;
    }
    this.afterSettling();
  }

  /** @returns the sequence that has its place now. */
  private forget(sequence: Sequence): Sequence | null {
    this.open.delete(sequence);
    if (this.sequences.get(sequence.key) === sequence) this.sequences.delete(sequence.key);
    return this.places.leave(sequence);
  }

  /** Hands the oldest request of a sequence over, if none of it is with the model. */
  private handOver(sequence: Sequence): void {
    while (sequence.running === null) {
      const step = sequence.waiting.shift();
      if (step === undefined) return;
      this.waiting.delete(step.ticket);
      if (step.anew) sequence.states = this.options.states;
      // Nobody waits for it any more: the model does not see it, and the sequence goes on.
      if (!step.ticket.settled) this.run(sequence, step);
    }
  }

  private run(sequence: Sequence, step: Step): void {
    const { ticket, signals } = step;
    try {
      const whole = this.whole(ticket.request, signals, sequence.states);
      const inner = this.runs.enqueue(whole, ticket.deadlineAtMs, ticket.enqueuedAtMs);
      sequence.running = step;
      void this.follow(sequence, step, inner);
    } catch (thrown) {
      ticket.fail(toClusterError(thrown));
    }
  }

  private async follow(sequence: Sequence, { ticket }: Step, inner: Ticket): Promise<void> {
    try {
      const outcome = await inner.outcome;
      sequence.states = this.nextStates(sequence.states, outcome.outputs);
      ticket.succeed(this.seen(outcome), outcome.times);
    } catch (thrown) {
      ticket.fail(toClusterError(thrown));
    }
    sequence.running = null;
    sequence.lastAtMs = this.options.clock.nowMs();
    this.advance(sequence);
  }

  /** The request with everything that the model takes. */
  private whole(request: InferenceRequest, signals: SequenceSignals, states: readonly Tensor[]): InferenceRequest {
    const { sequences, signature } = this.options;
    const controls = sequences.controls.flatMap((control) => {
      const own = signature.inputs.find(({ name }) => name === control.input);
      return own === undefined ? [] : [controlTensor(control, own, signals)];
    });
    const { outputNames } = request;
    return {
      ...request,
      inputs: [...request.inputs, ...controls, ...states],
      outputNames: outputNames.length === 0 ? [] : [...outputNames, ...this.hidden],
    };
  }

  private nextStates(before: readonly Tensor[], outputs: readonly Tensor[]): readonly Tensor[] {
    return before.map((state) => {
      const rule = this.options.sequences.states.find(({ input }) => input === state.name);
      const given = outputs.find(({ name }) => name === rule?.output);
      // Copied: the answer's memory is that of a whole batch.
      return given === undefined ? state : { ...given, name: state.name, data: given.data.slice() };
    });
  }

  private seen({ outputs }: BatchOutcome): readonly Tensor[] {
    return this.hidden.size === 0 ? outputs : outputs.filter(({ name }) => !this.hidden.has(name));
  }

  private check(): void {
    const nowMs = this.options.clock.nowMs();
    const idleMs = this.options.sequences.maxIdleMicroseconds / 1_000;
    for (const sequence of this.open) {
      sequence.running?.ticket.expireIfDue(nowMs);
      for (const { ticket } of sequence.waiting) ticket.expireIfDue(nowMs);
      sequence.waiting = withoutSettled(sequence.waiting);
      const isSilent = sequence.running === null && sequence.waiting.length === 0;
      if (!isSilent || (!sequence.ended && nowMs - sequence.lastAtMs <= idleMs)) continue;
      const next = this.forget(sequence);
      if (next !== null) this.advance(next);
    }
    this.afterSettling();
    if (this.open.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private get isIdle(): boolean {
    if (this.waiting.size > 0) return false;
    for (const { running } of this.open) if (running !== null) return false;
    return true;
  }

  private afterSettling(): void {
    if (this.whenIdle === null || !this.isIdle) return;
    this.whenIdle.resolve();
    this.whenIdle = null;
  }
}

function isOver({ running, waiting, ended }: Sequence): boolean {
  return running === null && waiting.length === 0 && ended;
}

/** Requests that nobody waits for any more do not stay where a sequence waits for its place; what they begin anew stays begun. */
function withoutSettled(steps: readonly Step[]): Step[] {
  const kept: Step[] = [];
  let anew = false;
  for (const step of steps) {
    anew ||= step.anew;
    if (step.ticket.settled) continue;
    kept.push(anew === step.anew ? step : { ...step, anew });
    anew = false;
  }
  return kept;
}

function overloaded(message: string): ClusterError {
  return new ClusterError('OVERLOADED', message, { retryAfterSeconds: 1 });
}

function shown(id: bigint | string): string {
  return typeof id === 'string' ? `'${id.slice(0, 128)}'` : id.toString();
}
