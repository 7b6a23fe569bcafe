import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, type Platform } from '../../start-platform.ts';

export interface Installation {
  readonly name: string;
  readonly url: string;
  /** Of the target, for the doors of a release. */
  readonly targetFile: string;
  readonly recordFile: string;
}

export interface InstallationOptions {
  readonly folder: string;
  readonly name: string;
  /** The target file that comes before it. */
  readonly after: string | null;
  readonly platform: Platform;
  /** As containers reach the host. */
  readonly hostAddress: string;
  readonly keyFile: string;
  readonly tokenFile: string;
}

/** Writes the file of a target: a compose project of its own. */
export async function describeInstallation(options: InstallationOptions): Promise<Installation> {
  const { folder, name, platform, hostAddress } = options;
  const port = await freePort();
  const installation = {
    name,
    url: `http://127.0.0.1:${port}`,
    targetFile: join(folder, `${name}.yaml`),
    recordFile: join(folder, `${name}.jsonl`),
  };
  const target = {
    kind: 'compose',
    name,
    project: `pipeline-${name}`,
    files: [join(import.meta.dirname, 'compose.yml')],
    url: installation.url,
    keyFile: options.keyFile,
    record: installation.recordFile,
    frontDoorSettings: join(folder, `${name}-front-door`),
    ...(options.after === null ? {} : { after: options.after }),
    environment: {
      CLUSTER_AI_HTTP_PORT: String(port),
      CLUSTER_AI_BACKEND: `${hostAddress}:${platform.ports.control}`,
      // All clients of a test have one address.
      CLUSTER_AI_RATE_LIMIT_PREDICT: '0',
      CONTROL_URL: `http://${hostAddress}:${platform.ports.control}`,
      GATEWAY_TOKEN: options.tokenFile,
    },
    checks: [
      {
        path: '/v2/models/iris/infer',
        body: { inputs: [{ name: 'input', shape: [1, 4], datatype: 'FP32', data: [5.1, 3.5, 1.4, 0.2] }] },
        contains: '"label"',
      },
      { path: '/v2/models/no-such-model/infer', body: { inputs: [] }, status: 404 },
    ],
    load: { requests: 400, clients: 4 },
    // A busy machine: what is slow there says nothing of a release.
    objective: { p99MsMax: 10_000, p99WorseFromMs: 10_000, requestsMin: 100 },
    canary: { stepMsMin: 5_000, stepMsMax: 600_000, lookEveryMs: 1_000 },
    healthyMsMax: 600_000,
    drainMs: 2_000,
  };
  // Every reader of YAML reads JSON.
  writeFileSync(installation.targetFile, JSON.stringify(target));
  return installation;
}
