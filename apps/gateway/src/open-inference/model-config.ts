import { hasBatchDimension } from '@cluster-ai/core/inference/batch-dimension.ts';
import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { ConfiguredTensor } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { instancesOf } from '../configuration/run-settings.ts';
import type { RouteTable, ServingVariant } from '../routing/route-table.ts';
import { configDatatype, configuredFields, type ConfiguredFields } from './configured-fields.ts';
import { servingVariant, servingVersions } from './model-metadata.ts';

/** Names and values of Triton's `inference.ModelConfig`, as its JSON form has them: both transports write it from this. */
export interface ModelConfig extends ConfiguredFields {
  readonly name: string;
  readonly platform: string;
  readonly backend: string;
  readonly max_batch_size: number;
  readonly input: readonly ConfigInput[];
  readonly output: readonly ConfigOutput[];
  readonly batch_input: readonly Readonly<Record<string, unknown>>[];
  readonly batch_output: readonly Readonly<Record<string, unknown>>[];
  readonly optimization: Readonly<Record<string, unknown>>;
  readonly instance_group: readonly ConfigInstances[];
  readonly default_model_filename: string;
  readonly cc_model_filenames: Readonly<Record<string, string>>;
  readonly metric_tags: Readonly<Record<string, string>>;
  readonly model_transaction_policy: { readonly decoupled: boolean };
}

interface ConfigInput {
  readonly name: string;
  readonly data_type: string;
  readonly format: string;
  readonly dims: readonly number[];
  readonly reshape?: { readonly shape: readonly number[] };
  readonly is_shape_tensor: false;
  readonly allow_ragged_batch: boolean;
  readonly optional: false;
}

interface ConfigOutput {
  readonly name: string;
  readonly data_type: string;
  readonly dims: readonly number[];
  readonly reshape?: { readonly shape: readonly number[] };
  readonly label_filename: string;
  readonly is_shape_tensor: false;
}

interface ConfigInstances {
  readonly name: string;
  readonly kind: 'KIND_CPU';
  readonly count: number;
}

/** @throws ClusterError MODEL_NOT_FOUND, MODEL_NOT_READY. */
export function readModelConfig(routes: RouteTable, name: string, version: string | null): ModelConfig {
  return modelConfigOf(name, servingVariant(routes, name, version), servingVersions(routes, name));
}

/**
 * The configuration of a version, as a client of Triton reads it. Dimensions are those of one row where the model has a
 * batch dimension.
 * @param name the public name that was asked for. @param versions all that serve behind it.
 */
function modelConfigOf(name: string, variant: ServingVariant, versions: readonly number[]): ModelConfig {
  const { executor, model } = variant;
  const { signature, rowsMax } = executor;
  const { configuration } = model.settings;
  // Where nobody has said, rows of a batch that is formed here; clients may send more in one request.
  const batchSizeMax = configuration?.maxBatchSize ?? (hasBatchDimension(signature) ? Math.max(1, rowsMax) : 0);
  const own = ({ name: tensor, datatype, shape }: TensorSignature, configured: readonly ConfiguredTensor[]) => {
    const reshape = configured.find((candidate) => candidate.name === tensor)?.reshape ?? null;
    const dims = batchSizeMax > 0 ? shape.slice(1) : shape;
    return {
      name: tensor,
      data_type: configDatatype(datatype),
      dims,
      ...(reshape === null ? {} : { reshape: { shape: reshape } }),
    };
  };
  const ragged = configuration?.ragged;
  const formatOf = (tensor: string): string =>
    configuration?.inputs.find((input) => input.name === tensor)?.format ?? 'NONE';
  const labelsOf = (tensor: string): string =>
    configuration?.outputs.find((output) => output.name === tensor)?.labelFile ?? '';
  return {
    name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    max_batch_size: batchSizeMax,
    input: signature.inputs.map((tensor) =>
      Object.assign(own(tensor, configuration?.inputs ?? []), {
        format: `FORMAT_${formatOf(tensor.name)}`,
        is_shape_tensor: false as const,
        allow_ragged_batch: ragged?.inputs.includes(tensor.name) === true,
        optional: false as const,
      }),
    ),
    output: signature.outputs.map((tensor) =>
      Object.assign(own(tensor, configuration?.outputs ?? []), {
        label_filename: labelsOf(tensor.name),
        is_shape_tensor: false as const,
      }),
    ),
    batch_input: (ragged?.batchInputs ?? []).map(({ input, kind, datatype, source }) => ({
      kind,
      target_name: [input],
      data_type: configDatatype(datatype),
      source_input: [source],
    })),
    batch_output: (ragged?.batchOutputs ?? []).map(({ output, source }) => ({
      target_name: [output],
      kind: 'BATCH_SCATTER_WITH_INPUT_SHAPE',
      source_input: [source],
    })),
    optimization: {},
    instance_group: [{ name: `${name}_0`, kind: 'KIND_CPU', count: instancesOf(model.settings) }],
    default_model_filename: configuration?.modelFile ?? 'model.onnx',
    cc_model_filenames: {},
    metric_tags: {},
    model_transaction_policy: { decoupled: false },
    ...configuredFields(configuration, versions, rowsMax),
  };
}
