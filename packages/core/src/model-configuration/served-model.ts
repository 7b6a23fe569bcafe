import type { ModelSignature } from '../inference/signature.ts';
import type { ConfiguredTensor, ModelConfiguration } from './model-configuration.ts';
import { servedTensor, type ServedTensor } from './served-tensor.ts';

/** What a configuration makes of a model. */
export interface ServedModel {
  /** What clients send and get. */
  readonly signature: ModelSignature;
  /** What the model is run with: the clients' inputs, and those that the gateway fills. In the model's order. */
  readonly inputs: readonly ServedTensor[];
  /** The clients' outputs, and those that the gateway keeps. */
  readonly outputs: readonly ServedTensor[];
}

/** @param model the signature of the model's own file, which the configuration fits. */
export function servedModel(model: ModelSignature, configuration: ModelConfiguration | undefined): ServedModel {
  if (configuration === undefined) {
    const asIs = (tensors: ModelSignature['inputs']): ServedTensor[] =>
      tensors.map((signature) => ({ signature, modelShape: null }));
    return { signature: model, inputs: asIs(model.inputs), outputs: asIs(model.outputs) };
  }
  const hasBatch = (configuration.maxBatchSize ?? 0) > 0;
  const hidden = hiddenTensors(configuration);
  const serve = (configured: readonly ConfiguredTensor[], own: ModelSignature['inputs']): ServedTensor[] =>
    configured.length === 0
      ? own.map((signature) => ({ signature, modelShape: null }))
      : configured.map((tensor) =>
          servedTensor(
            tensor,
            own.find(({ name }) => name === tensor.name),
            hasBatch,
          ),
        );
  const inputs = serve(configuration.inputs, model.inputs).filter(
    ({ signature }) => !hidden.inputs.has(signature.name),
  );
  const outputs = serve(configuration.outputs, model.outputs).filter(
    ({ signature }) => !hidden.outputs.has(signature.name),
  );
  const kept = (tensors: ModelSignature['inputs'], names: ReadonlySet<string>): ServedTensor[] =>
    tensors.filter(({ name }) => names.has(name)).map((signature) => ({ signature, modelShape: null }));
  const batched = configuration.maxBatchSize === null ? {} : { batched: hasBatch };
  return {
    signature: {
      ...batched,
      inputs: inputs.map(({ signature }) => signature),
      outputs: outputs.map(({ signature }) => signature),
    },
    inputs: [...inputs, ...kept(model.inputs, hidden.inputs)],
    outputs: [...outputs, ...kept(model.outputs, hidden.outputs)],
  };
}

/** Names of inputs and outputs that clients do not see. */
export function hiddenTensors({
  sequenceBatching: sequences,
  ragged,
}: Pick<ModelConfiguration, 'sequenceBatching' | 'ragged'>): {
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
} {
  const controls = [...(sequences?.controls ?? []), ...(ragged?.batchInputs ?? [])].map(({ input }) => input);
  const states = sequences?.states ?? [];
  return {
    inputs: new Set([...controls, ...states.map(({ input }) => input)]),
    outputs: new Set(states.map(({ output }) => output)),
  };
}
