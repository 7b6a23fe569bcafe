import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { toClusterError, type ClusterError } from '@cluster-ai/core/errors.ts';

interface RunInput {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parts: readonly Uint8Array[];
}

interface FakeResult {
  readonly outputs: readonly Tensor[];
  readonly waitMs: number;
  readonly inputMs: number;
  readonly computeMs: number;
}

/** A run that was handed over and that the test answers when it likes. */
export interface FakeRun {
  readonly inputs: readonly RunInput[];
  readonly outputNames: readonly string[];
  readonly remainingMs: number;
  /** Rows of the first input. */
  readonly rows: number;
  /** Answers with outputs; default: the inputs, each under its output's name. */
  succeed(outputs?: readonly Tensor[]): void;
  fail(error: ClusterError): void;
}

export interface FakeExecutorOptions {
  readonly model: SnapshotModel;
  readonly rowsMax: number;
  /** Runs at once; default 1. */
  readonly places?: number;
}

/**
 * A model that gives its inputs back: output `i` has the data of input `i`. Runs wait in `runs` until the test answers
 * them, or are answered by `answer` in the next turn of the event loop.
 */
export class FakeExecutor {
  readonly model: SnapshotModel;
  readonly signature: ModelSignature;
  readonly rowsMax: number;
  readonly apartReason: string;
  /** Every run so far, oldest first. */
  readonly runs: FakeRun[] = [];
  /** Set to answer every run by itself. */
  answer: ((run: FakeRun) => void) | null = null;
  private places: number;
  private listener: () => void = () => undefined;

  constructor(options: FakeExecutorOptions) {
    this.model = options.model;
    this.signature = options.model.signature;
    this.rowsMax = options.rowsMax;
    this.apartReason = options.rowsMax > 0 ? '' : 'requests are not merged: merging is switched off';
    this.places = options.places ?? 1;
  }

  freePlaces(): number {
    return this.places;
  }

  onFree(listener: () => void): void {
    this.listener = listener;
  }

  /** The runner went away with all its places, as in a crash. */
  takeAllPlaces(): void {
    this.places = 0;
  }

  /** Places are there again. */
  givePlaces(count: number): void {
    this.places += count;
    this.listener();
  }

  execute(execution: Pick<FakeRun, 'inputs' | 'outputNames' | 'remainingMs'>): Promise<FakeResult> {
    if (this.places === 0) throw new Error('a run was handed over although no place was free');
    this.places -= 1;
    const { promise, resolve, reject } = Promise.withResolvers<FakeResult>();
    const run: FakeRun = {
      ...execution,
      rows: execution.inputs[0]?.shape[0] ?? 1,
      succeed: (outputs = this.echo(execution.inputs)) => {
        resolve({ outputs, waitMs: 0, inputMs: 0, computeMs: 1 });
        this.givePlaces(1);
      },
      fail: (error) => {
        reject(error);
        if (error.code !== 'RUNNER_CRASHED') this.givePlaces(1);
      },
    };
    this.runs.push(run);
    if (this.answer !== null) setImmediate(this.answerSafely, this.answer, run);
    return promise;
  }

  private readonly answerSafely = (answer: (run: FakeRun) => void, run: FakeRun): void => {
    try {
      answer(run);
    } catch (thrown) {
      run.fail(toClusterError(thrown));
    }
  };

  private echo(inputs: readonly RunInput[]): Tensor[] {
    return this.signature.outputs.map(({ name }, index) => {
      const input = inputs[index];
      if (input === undefined) throw new Error(`the fake model has no input for output '${name}'`);
      return { name, datatype: input.datatype, shape: input.shape, data: joined(input.parts) };
    });
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.byteLength;
  }
  return data;
}
