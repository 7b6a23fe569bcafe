import path from 'node:path';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { LoadedModel, LoadOptions, Runtime } from '../runtime.ts';
import { onnxToTensor } from './onnx-to-tensor.ts';
import { openSession, type OnnxSession, type OpenOnnxSession } from './onnx-session.ts';
import { tensorToOnnx } from './tensor-to-onnx.ts';

/** ONNX Runtime inside this process. Loading and running block the calling thread. */
export const onnxRuntime: Runtime = createOnnxRuntime(openSession);

/** @param open what a session is made by. */
export function createOnnxRuntime(open: OpenOnnxSession): Runtime {
  return {
    async load(folder: string, options: LoadOptions): Promise<LoadedModel> {
      const signature = options.signature ?? (await inspect(folder, options.modelFile));
      return new OnnxModel(await openIn(folder, options.modelFile, open), signature);
    },
  };
}

/** Its code is read when a file is first looked into: what loads with a signature that is known starts sooner. */
async function inspect(folder: string, modelFile: string): Promise<ModelSignature> {
  const { inspectOnnxFile } = await import('./inspect-file.ts');
  return inspectOnnxFile(folder, modelFile);
}

async function openIn(folder: string, modelFile: string, open: OpenOnnxSession): Promise<OnnxSession> {
  try {
    return await open(path.join(folder, modelFile));
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
  readonly executeNow: LoadedModel['executeNow'];
  private readonly session: OnnxSession;
  private readonly outputs: ReadonlyMap<string, TensorSignature>;
  private readonly outputNames: readonly string[];

  constructor(session: OnnxSession, signature: ModelSignature) {
    this.session = session;
    this.signature = signature;
    this.outputs = new Map(signature.outputs.map((output) => [output.name, output]));
    this.outputNames = signature.outputs.map((output) => output.name);
    const { runNow } = session;
    this.executeNow = runNow === null ? null : (inputs, outputNames) => this.runNow(runNow, inputs, outputNames);
  }

  async execute(inputs: readonly Tensor[], outputNames: readonly string[]): Promise<Tensor[]> {
    if (this.executeNow !== null) return this.executeNow(inputs, outputNames);
    const names = this.namesOf(outputNames);
    const feeds = feedsOf(inputs);
    try {
      return this.tensorsOf(await this.session.run(feeds, names), names);
    } catch (error) {
      throw failed(error);
    }
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private runNow(
    run: NonNullable<OnnxSession['runNow']>,
    inputs: readonly Tensor[],
    outputNames: readonly string[],
  ): Tensor[] {
    const names = this.namesOf(outputNames);
    const feeds = feedsOf(inputs);
    try {
      return this.tensorsOf(run(feeds, names), names);
    } catch (error) {
      throw failed(error);
    }
  }

  private namesOf(outputNames: readonly string[]): readonly string[] {
    return outputNames.length === 0 ? this.outputNames : outputNames;
  }

  private tensorsOf(results: InferenceSession.ReturnType, names: readonly string[]): Tensor[] {
    return names.map((name) => {
      const signature = this.outputs.get(name);
      if (signature === undefined) throw new ClusterError('INTERNAL', `the model has no output '${name}'`);
      return onnxToTensor(results[name], signature);
    });
  }
}

function feedsOf(inputs: readonly Tensor[]): Record<string, OrtTensor> {
  const feeds: Record<string, OrtTensor> = {};
  for (const input of inputs) feeds[input.name] = tensorToOnnx(input);
  return feeds;
}

/** What the runtime says becomes an error of the run; what was found out here keeps its own words. */
function failed(error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  return new ClusterError('MODEL_EXECUTION_FAILED', messageOf(error), { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
