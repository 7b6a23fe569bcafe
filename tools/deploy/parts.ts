/** Something that is added to a running installation by `make <name>-deploy`. */
export interface Part {
  /** Files of values for the chart, by their path in the repository. */
  readonly valuesFiles: readonly string[];
  /** The value that names the claim with the models, set by MODELS_CLAIM. */
  readonly modelsClaim?: string;
  /** An API that the cluster must have. */
  readonly needsApi?: { readonly version: string; readonly kind: string; readonly from: string };
  /** What must be on some node. */
  readonly needsNodeResource?: { readonly name: string; readonly from: string };
}

/** What is not there yet, and what there is meanwhile. */
export interface Later {
  readonly instead: string;
}

const gpu = { name: 'nvidia.com/gpu', from: "NVIDIA's device plugin, or its GPU operator" };

export const parts: Readonly<Record<string, Part>> = {
  pgbouncer: { valuesFiles: ['performance/database/pgbouncer-config.yaml'] },
  'tensorflow-serving': {
    valuesFiles: ['ai-ml/tensorflow-serving/values.yaml'],
    modelsClaim: 'modelServers.tensorflowServing.modelsClaim',
  },
  torchserve: { valuesFiles: ['ai-ml/torchserve/values.yaml'], modelsClaim: 'modelServers.torchserve.modelsClaim' },
  'gpu-optimization': {
    valuesFiles: ['ai-ml/gpu/values.yaml'],
    modelsClaim: 'modelServers.tensorrtServer.modelsClaim',
    needsNodeResource: gpu,
  },
  'inference-optimization': { valuesFiles: ['ai-ml/inference/values.yaml'] },
  'ml-autoscaling': {
    valuesFiles: ['ai-ml/inference/autoscaling-values.yaml'],
    needsApi: { version: 'metrics.k8s.io/v1beta1', kind: 'pods', from: 'metrics-server' },
  },
  'model-registry': { valuesFiles: ['ai-ml/inference/registry-values.yaml'] },
  'model-cache': { valuesFiles: ['ai-ml/model-cache/values.yaml'] },
  'ml-monitoring': {
    valuesFiles: ['ai-ml/monitoring/values.yaml'],
    needsApi: { version: 'monitoring.coreos.com/v1', kind: 'servicemonitors', from: 'the Prometheus Operator' },
  },
};

export const later: Readonly<Record<string, Later>> = {
  'redis-cluster': {
    instead:
      'Redis Cluster is not part of this version: control planes and gateways speak to one Redis. A managed one with replicas is named in externalRedis.urlSecret.name of the chart; without any, gateways count limits alone.',
  },
  'performance-monitoring': {
    instead:
      'Dashboards and tracing of performance come in a later version. The metrics are there: make ml-monitoring-deploy lets the Prometheus Operator read them.',
  },
  'model-backup': {
    instead:
      'A CronJob that backs models up comes in a later version. make backup writes models and database into one file that proves itself.',
  },
};
