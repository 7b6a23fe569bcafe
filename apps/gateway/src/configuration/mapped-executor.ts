import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { ServedModel } from '@cluster-ai/core/model-configuration/served-model.ts';
import { reshaped, type ServedTensor } from '@cluster-ai/core/model-configuration/served-tensor.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { Execution, ExecutionInput, ExecutionResult, ModelExecutor } from '../execution/executor.ts';

/**
 * A model in the shapes of its configuration: inputs are reshaped on their way in and outputs on their way back, without
 * a copy, and only outputs that the configuration names are asked for. It also has the tensors that clients do not see.
 */
export class MappedExecutor implements ModelExecutor {
  readonly model: SnapshotModel;
  readonly signature: ModelSignature;
  private readonly inner: ModelExecutor;
  private readonly inputs: ReadonlyMap<string, ServedTensor>;
  private readonly outputs: ReadonlyMap<string, ServedTensor>;

  constructor(inner: ModelExecutor, served: ServedModel) {
    this.inner = inner;
    this.model = inner.model;
    this.inputs = byName(served.inputs);
    this.outputs = byName(served.outputs);
    const { batched } = served.signature;
    this.signature = {
      ...(batched === undefined ? {} : { batched }),
      inputs: served.inputs.map(({ signature }) => signature),
      outputs: served.outputs.map(({ signature }) => signature),
    };
  }

  get rowsMax(): number {
    return this.inner.rowsMax;
  }

  get apartReason(): string {
    return this.inner.apartReason;
  }

  freePlaces(): number {
    return this.inner.freePlaces();
  }

  onFree(listener: () => void): void {
    this.inner.onFree(listener);
  }

  async execute(execution: Execution): Promise<ExecutionResult> {
    const names = execution.outputNames;
    const result = await this.inner.execute({
      ...execution,
      inputs: execution.inputs.map((input) => this.toModel(input)),
      outputNames: names.length === 0 ? [...this.outputs.keys()] : names,
    });
    return { ...result, outputs: result.outputs.map((output) => this.toClient(output)) };
  }

  private toModel(input: ExecutionInput): ExecutionInput {
    const served = this.inputs.get(input.name);
    if (served === undefined || served.modelShape === null) return input;
    const shape = reshaped(input.shape, served.signature.shape, served.modelShape);
    if (shape === null) throw new ClusterError('INTERNAL', `a validated input '${input.name}' does not fit`);
    return { ...input, shape };
  }

  private toClient(output: Tensor): Tensor {
    const served = this.outputs.get(output.name);
    if (served === undefined || served.modelShape === null) return output;
    const shape = reshaped(output.shape, served.modelShape, served.signature.shape);
    if (shape !== null) return { ...output, shape };
    throw new ClusterError(
      'MODEL_EXECUTION_FAILED',
      `output '${output.name}' has the shape [${output.shape.join(',')}], and the configuration reshapes [${served.modelShape.join(',')}]`,
    );
  }
}

/** The same model with what clients see of it. */
export function clientView(executor: ModelExecutor, signature: ModelSignature): ModelExecutor {
  return { ...withRowsMax(executor, executor.rowsMax, executor.apartReason), signature };
}

/** The same model with another number of rows that may be merged. @param apartReason why none may; empty where they may. */
export function withRowsMax(executor: ModelExecutor, rowsMax: number, apartReason: string): ModelExecutor {
  return {
    model: executor.model,
    signature: executor.signature,
    rowsMax,
    apartReason,
    freePlaces: () => executor.freePlaces(),
    onFree: (listener) => executor.onFree(listener),
    execute: (execution) => executor.execute(execution),
  };
}

function byName(tensors: readonly ServedTensor[]): Map<string, ServedTensor> {
  return new Map(tensors.map((tensor) => [tensor.signature.name, tensor]));
}
