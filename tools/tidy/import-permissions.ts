/** Which part may import which. Broken permissions fail, and so do those that no file uses. */
export interface ImportPermissions {
  readonly workspaces: readonly WorkspacePermission[];
  readonly restrictedPackages: readonly RestrictedPackage[];
}

export interface WorkspacePermission {
  readonly folder: string;
  /** Folders of the workspaces that it may import; its own tests may import testkit as well. */
  readonly mayImport: readonly Permission[];
  /** Runs in browsers too, so `node:` modules are refused outside its tests. */
  readonly browserSafe?: true;
}

export type Permission = string | { readonly folder: string; readonly reserved: string };

/** A package from npm that stays behind one of our own interfaces. */
export interface RestrictedPackage {
  readonly name: string;
  readonly allowedIn: readonly Permission[];
  readonly instead: string;
}

const core = 'packages/core';
const contract = 'packages/contract';
const platform = 'packages/platform';
const protocols = 'packages/protocols';
const runtimes = 'packages/runtimes';
const testkit = 'packages/testkit';

export const importPermissions: ImportPermissions = {
  workspaces: [
    { folder: core, mayImport: [], browserSafe: true },
    { folder: contract, mayImport: [core], browserSafe: true },
    { folder: protocols, mayImport: [core], browserSafe: true },
    { folder: platform, mayImport: [core] },
    {
      folder: runtimes,
      mayImport: [core, protocols, { folder: platform, reserved: 'runtimes of other machines are called over HTTP' }],
    },
    { folder: testkit, mayImport: [core, contract, platform, protocols, runtimes] },
    { folder: 'apps/gateway', mayImport: [core, contract, platform, protocols, runtimes] },
    { folder: 'apps/runner', mayImport: [core, platform, protocols, runtimes] },
    { folder: 'apps/control-plane', mayImport: [core, contract, platform, protocols] },
    { folder: 'apps/cli', mayImport: [core, contract, platform, protocols] },
    { folder: 'web-dashboard', mayImport: [core, contract], browserSafe: true },
    {
      folder: 'tests',
      // Some parts are tested in process, so that a fault can be put in or a clock be moved.
      mayImport: [
        core,
        contract,
        platform,
        protocols,
        runtimes,
        testkit,
        'apps/cli',
        'apps/control-plane',
        'apps/gateway',
        'web-dashboard',
        // What the doors do is tested with what they open: engines, clusters, files that are rendered.
        'tools',
      ],
    },
    { folder: 'models', mayImport: [core, protocols, 'tools'] },
    // The reference of the commands is written from the commands.
    { folder: 'tools', mayImport: [core, contract, platform, 'apps/cli'] },
    { folder: 'examples', mayImport: [] },
  ],
  restrictedPackages: [
    {
      name: 'onnxruntime-node',
      allowedIn: ['packages/runtimes/src/onnx', 'models/train'],
      instead:
        'Only the runner loads native model code: speak to it through the Runtime interface of packages/runtimes.',
    },
    {
      name: 'pg',
      allowedIn: [platform, testkit],
      instead: 'Ask the control plane through its API; its database is nobody else’s.',
    },
    {
      name: 'pg-copy-streams',
      allowedIn: [platform],
      instead: 'Use packages/platform/src/backup.',
    },
    {
      name: 'kysely',
      allowedIn: [platform, 'apps/control-plane'],
      instead: 'Ask the control plane through its API; its database is nobody else’s.',
    },
    {
      name: 'redis',
      allowedIn: [platform],
      instead: 'Use packages/platform/src/redis, which says at once when Redis is away.',
    },
    {
      name: '@grpc/grpc-js',
      allowedIn: [platform, testkit],
      instead: 'Answer calls through the neutral edge of packages/platform/src/edge/rpc-edge.ts.',
    },
    {
      name: 'protobufjs',
      allowedIn: [protocols],
      instead: 'Use packages/protocols/src/grpc/proto-messages.ts.',
    },
    {
      name: 'fastify',
      allowedIn: ['apps/control-plane'],
      instead: 'Answer HTTP through the edge interface of packages/platform.',
    },
    {
      name: 'prom-client',
      allowedIn: ['apps/control-plane'],
      instead: 'It costs microseconds on each observation: use the histograms of apps/gateway/src/telemetry.',
    },
  ],
};
