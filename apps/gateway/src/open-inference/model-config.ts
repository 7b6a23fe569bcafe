import { hasBatchDimension } from '@cluster-ai/core/inference/batch-dimension.ts';
import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { RouteTable, ServingVariant } from '../routing/route-table.ts';
import { servingVariant, servingVersions } from './model-metadata.ts';

/** Names and values of Triton's `inference.ModelConfig`, as its JSON form has them: both transports write it from this. */
export interface ModelConfig {
  readonly name: string;
  readonly platform: string;
  readonly backend: string;
  readonly version_policy: { readonly specific: { readonly versions: readonly number[] } };
  readonly max_batch_size: number;
  readonly input: readonly ConfigInput[];
  readonly output: readonly ConfigOutput[];
  readonly batch_input: readonly never[];
  readonly batch_output: readonly never[];
  readonly optimization: Readonly<Record<string, unknown>>;
  /** Present where requests are merged. */
  readonly dynamic_batching?: Readonly<Record<string, unknown>>;
  readonly instance_group: readonly ConfigInstances[];
  readonly default_model_filename: string;
  readonly cc_model_filenames: Readonly<Record<string, string>>;
  readonly metric_tags: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, { readonly string_value: string }>>;
  readonly model_warmup: readonly never[];
  readonly model_transaction_policy: { readonly decoupled: boolean };
}

interface ConfigInput {
  readonly name: string;
  readonly data_type: string;
  readonly format: 'FORMAT_NONE';
  readonly dims: readonly number[];
  readonly is_shape_tensor: false;
  readonly allow_ragged_batch: false;
  readonly optional: false;
}

interface ConfigOutput {
  readonly name: string;
  readonly data_type: string;
  readonly dims: readonly number[];
  readonly label_filename: string;
  readonly is_shape_tensor: false;
}

interface ConfigInstances {
  readonly name: string;
  readonly kind: 'KIND_CPU';
  readonly count: number;
}

/** Words of Triton's configuration for datatypes: FP32 is TYPE_FP32, but BYTES is TYPE_STRING. */
export function configDatatype(datatype: Datatype): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
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
  // Rows of a batch that is formed here; clients may send more in one request.
  const batchSizeMax = hasBatchDimension(signature) ? Math.max(1, rowsMax) : 0;
  const dims = ({ shape }: TensorSignature): readonly number[] => (batchSizeMax > 0 ? shape.slice(1) : shape);
  return {
    name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    version_policy: { specific: { versions } },
    max_batch_size: batchSizeMax,
    input: signature.inputs.map((tensor) => ({
      name: tensor.name,
      data_type: configDatatype(tensor.datatype),
      format: 'FORMAT_NONE',
      dims: dims(tensor),
      is_shape_tensor: false,
      allow_ragged_batch: false,
      optional: false,
    })),
    output: signature.outputs.map((tensor) => ({
      name: tensor.name,
      data_type: configDatatype(tensor.datatype),
      dims: dims(tensor),
      label_filename: '',
      is_shape_tensor: false,
    })),
    batch_input: [],
    batch_output: [],
    optimization: {},
    ...(rowsMax > 1 ? { dynamic_batching: {} } : {}),
    instance_group: [{ name: `${name}_0`, kind: 'KIND_CPU', count: model.settings.instances ?? 1 }],
    default_model_filename: 'model.onnx',
    cc_model_filenames: {},
    metric_tags: {},
    parameters: {},
    model_warmup: [],
    model_transaction_policy: { decoupled: false },
  };
}
