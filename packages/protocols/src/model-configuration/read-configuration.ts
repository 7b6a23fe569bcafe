import type { ModelConfiguration, VersionPolicy } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { checkObjective } from './check-objective.ts';
import type { ConfigMessage } from './config-message.ts';
import type { Findings } from './findings.ts';
import { readDynamicBatching } from './read-dynamic-batching.ts';
import { readPadding } from './read-padding.ts';
import { readRagged } from './read-ragged.ts';
import { readSequences } from './read-sequences.ts';
import { readInputs, readOutputs } from './read-tensors.ts';
import { readWarmUps } from './read-warm-ups.ts';

/** Fields that change nothing here, and are said so when they hold something. */
const ignoredFields = [
  'runtime',
  'optimization',
  'cc_model_filenames',
  'metric_tags',
  'model_operations',
  'model_repository_agents',
  'model_metrics',
] as const;

const instancesMax = 64;
const batchSizeMax = 65_536;
const versionMax = 999_999_999;

/**
 * What a configuration means here. What is wrong, and what is not honoured, is put on record.
 * @param modelName under which the model is served; null when that is not known.
 */
export function readConfiguration(
  config: ConfigMessage,
  modelName: string | null,
  findings: Findings,
): ModelConfiguration {
  assertBackend(config, findings);
  const given = config.given();
  for (const field of ignoredFields) if (given.includes(field)) findings.ignore(field);
  const name = config.text('name');
  if (modelName !== null && name !== '' && name !== modelName) findings.ignore('name');
  if (config.message('response_cache')?.flag('enable') === true) findings.ignore('response_cache');
  if (config.message('model_transaction_policy')?.flag('decoupled') === true) {
    findings.ignore('model_transaction_policy.decoupled');
  }
  const inputs = readInputs(config, findings);
  const outputs = readOutputs(config, findings);
  const saysNothing = !config.has('max_batch_size') && !config.has('input') && !config.has('output');
  const maxBatchSize = saysNothing ? null : readBatchSize(config, findings);
  const ragged = readRagged(config, findings);
  const padding = readPadding(config, findings);
  const modelFile = config.text('default_model_filename');
  const parameters = Object.fromEntries(
    [...config.messageMap('parameters')].map(([key, value]) => [key, value.text('string_value')]),
  );
  checkObjective(parameters, config.placeOf('parameters'), findings);
  return {
    maxBatchSize,
    inputs,
    outputs,
    modelFile: modelFile === '' ? null : modelFile,
    versionPolicy: readVersionPolicy(config, findings),
    instanceCount: readInstances(config, findings),
    dynamicBatching: readDynamicBatching(config, findings),
    sequenceBatching: readSequences(config, findings),
    ...(ragged === undefined ? {} : { ragged }),
    ...(padding.length === 0 ? {} : { padding }),
    warmUps: readWarmUps(config, findings),
    parameters,
    ignored: findings.ignored,
  };
}

function assertBackend(config: ConfigMessage, findings: Findings): void {
  const platform = config.text('platform');
  const backend = config.text('backend');
  if (platform === 'ensemble' || config.has('ensemble_scheduling')) {
    findings.refuse(
      config.placeOf(platform === 'ensemble' ? 'platform' : 'ensemble_scheduling'),
      'it is an ensemble, which is not served',
      'serve its models, and call one after another',
    );
    return;
  }
  const isOnnx = ['', 'onnxruntime_onnx', 'onnxruntime'].includes(platform) && ['', 'onnxruntime'].includes(backend);
  if (!isOnnx) {
    const wanted = backend === '' ? `platform ${JSON.stringify(platform)}` : `backend ${JSON.stringify(backend)}`;
    const place = config.placeOf(backend === '' ? 'platform' : 'backend');
    findings.refuse(place, `it wants the ${wanted}, and only ONNX Runtime is here`, 'export the model to ONNX');
  }
}

function readBatchSize(config: ConfigMessage, findings: Findings): number {
  const size = config.number('max_batch_size');
  if (size >= 0 && size <= batchSizeMax) return size;
  const fix = `it is 0 to ${batchSizeMax}; 0 means no batch dimension`;
  findings.refuse(config.placeOf('max_batch_size'), `max_batch_size is ${size}`, fix);
  return 0;
}

function readVersionPolicy(config: ConfigMessage, findings: Findings): VersionPolicy | null {
  const policy = config.message('version_policy');
  if (policy === null) return null;
  const latest = policy.message('latest');
  const specific = policy.message('specific');
  if (latest !== null) return { kind: 'latest', count: Math.max(1, latest.number('num_versions')) };
  if (policy.has('all')) return { kind: 'all' };
  if (specific === null) return null;
  const versions = specific.numbers('versions');
  const wrong = versions.find((version) => version < 1 || version > versionMax);
  if (versions.length === 0 || wrong !== undefined) {
    const message = wrong === undefined ? 'version_policy names no version' : `version_policy names version ${wrong}`;
    findings.refuse(policy.place, message, 'write specific: { versions: [ 1, 3 ] } with numbers of folders');
  }
  return { kind: 'specific', versions: versions.filter((version) => version >= 1 && version <= versionMax) };
}

function readInstances(config: ConfigMessage, findings: Findings): number | null {
  const groups = config.messages('instance_group');
  if (groups.length === 0) return null;
  let count = 0;
  for (const group of groups) {
    const { place } = group;
    const given = group.given();
    if (group.number('count') < 0) findings.refuse(place, 'an instance_group has a negative count', 'write count: 1');
    count += Math.max(1, group.number('count'));
    if (group.text('kind') === 'KIND_GPU') findings.ignore('instance_group.kind (KIND_GPU)');
    for (const field of ['gpus', 'rate_limiter', 'secondary_devices', 'profile', 'passive', 'host_policy']) {
      if (given.includes(field)) findings.ignore(`instance_group.${field}`);
    }
  }
  if (count <= instancesMax) return count;
  const place = config.placeOf('instance_group');
  findings.refuse(place, `instance_group wants ${count} instances`, `a model has ${instancesMax} at most`);
  return instancesMax;
}
