import type { GatewayConfig } from '@cluster-ai/contract/config/gateway.ts';

/** Where servers of the protocol differ, and clients notice. */
export interface Preset {
  /** What server metadata calls the server: clients of Triton insist on its name. */
  readonly serverName: string;
  /** Status of `/v2/health/ready` while the gateway is not ready. */
  readonly notReadyStatus: 400 | 503;
  /** Only numbers are versions: a path with anything else does not exist. */
  readonly numericVersions: boolean;
  /** Status and words for a model that is asked about and cannot be called; both are the same in Triton. */
  unknownModel(name: string): ModelRefusal;
  modelNotReady(name: string): ModelRefusal;
  /** `GET /` tells that the server is alive. */
  readonly answersRoot: boolean;
}

export interface ModelRefusal {
  readonly status: 400 | 404 | 503;
  readonly message: string;
}

const notReady = (): ModelRefusal => ({ status: 400, message: 'Model version not ready' });

const own: Preset = {
  serverName: 'cluster-ai',
  notReadyStatus: 503,
  numericVersions: false,
  unknownModel: notReady,
  modelNotReady: notReady,
  answersRoot: false,
};

/** By the setting `as`. */
export const presets: Readonly<Record<GatewayConfig['as'], Preset>> = {
  'cluster-ai': own,
  triton: { ...own, serverName: 'triton', notReadyStatus: 400, numericVersions: true },
  kserve: {
    ...own,
    serverName: 'kserve',
    unknownModel: (name) => ({ status: 404, message: `Model with name ${name.slice(0, 200)} does not exist.` }),
    modelNotReady: (name) => ({ status: 503, message: `Model with name ${name} is not ready.` }),
    answersRoot: true,
  },
};
