import path from 'node:path';
import { InferenceSession, type Tensor as OrtTensor } from 'onnxruntime-node';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { LoadedModel, LoadOptions, Runtime } from '../runtime.ts';
import { inspectOnnxFile } from './inspect-file.ts';
import { onnxToTensor } from './onnx-to-tensor.ts';
import { tensorToOnnx } from './tensor-to-onnx.ts';

/**
 * One thread a session: slots are the parallelism, and pools of several sessions would fight for the same cores.
 * Without spinning, an idle session costs nothing.
 */
const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  // Errors come as exceptions, and the library would print them too; warnings about a model's form would fill the log.
  logSeverityLevel: 4,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

/** ONNX Runtime inside this process. Loading and running block the calling thread. */
export const onnxRuntime: Runtime = {
  async load(folder: string, options: LoadOptions): Promise<LoadedModel> {
    const signature = options.signature ?? (await inspectOnnxFile(folder, options.modelFile));
    const session = await createSession(folder, options.modelFile);
    return new OnnxModel(session, signature);
  },
};

async function createSession(folder: string, modelFile: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(path.join(folder, modelFile), sessionOptions);
  } catch (error) {
    // The runtime names the file by its path on this machine, which is nobody's business.
    const message = messageOf(error)
      .replaceAll(folder + path.sep, '')
      .replaceAll(folder, '');
    throw new ClusterError('MODEL_INVALID', `ONNX Runtime cannot load it: ${message}`, { cause: error });
  }
}

class OnnxModel implements LoadedModel {
  readonly signature: ModelSignature;
  private readonly session: InferenceSession;
  private readonly outputs: ReadonlyMap<string, TensorSignature>;
  private readonly outputNames: readonly string[];

  constructor(session: InferenceSession, signature: ModelSignature) {
    this.session = session;
    this.signature = signature;
    this.outputs = new Map(signature.outputs.map((output) => [output.name, output]));
    this.outputNames = signature.outputs.map((output) => output.name);
  }

  async execute(inputs: readonly Tensor[], outputNames: readonly string[]): Promise<Tensor[]> {
    const feeds: Record<string, OrtTensor> = {};
    for (const input of inputs) feeds[input.name] = tensorToOnnx(input);
    const names = outputNames.length === 0 ? this.outputNames : outputNames;
    const results = await this.run(feeds, names);
    return names.map((name) => {
      const signature = this.outputs.get(name);
      if (signature === undefined) throw new ClusterError('INTERNAL', `the model has no output '${name}'`);
      return onnxToTensor(results[name], signature);
    });
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private async run(feeds: InferenceSession.FeedsType, names: readonly string[]): Promise<InferenceSession.ReturnType> {
    try {
      return await this.session.run(feeds, names);
    } catch (error) {
      throw new ClusterError('MODEL_EXECUTION_FAILED', messageOf(error), { cause: error });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
