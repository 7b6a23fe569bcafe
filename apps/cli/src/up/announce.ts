import type { SettledModels } from './until-models-settled.ts';

export interface Announcement {
  readonly url: string;
  readonly gatewayUrl: string;
  /** Processes behind it. */
  readonly gateways: number;
  /** Host and port; null where gRPC is off. */
  readonly grpcAddress: string | null;
  /** Where the first administrator is made; null when somebody can sign in. */
  readonly setup: string | null;
  readonly seconds: number;
  readonly models: SettledModels;
  /** A command that sends a prediction, or null when there is no model for one. */
  readonly command: string | null;
  /** The command needs a key in the shell's `$KEY`: other machines can reach the gateway. */
  readonly needsKey: boolean;
  readonly interactive: boolean;
}

/** What is printed once everything runs. */
export function announcement(facts: Announcement): string {
  const { url, gatewayUrl, gateways, grpcAddress, setup, seconds, models, command, needsKey, interactive } = facts;
  // They come as their probes end, which is another order each time.
  const ready = models.ready.map(({ id }) => id).toSorted();
  return [
    '',
    `Cluster AI is ready after ${seconds.toFixed(1)} s`,
    `  dashboard and API  ${url}`,
    ...(setup === null ? [] : [`  first sign-in      ${setup}`]),
    `  predictions        ${gatewayUrl}${gateways === 1 ? '' : ` (${gateways} gateways)`}`,
    ...(grpcAddress === null ? [] : [`  gRPC               ${grpcAddress}`]),
    `  models             ${ready.length === 0 ? 'none yet' : ready.join(', ')}`,
    ...models.failed.map(({ id, reason }) => `  failed             ${id}: ${reason}`),
    ...(models.missing === '' ? [] : [`  still missing      ${models.missing}`]),
    '',
    ...(command === null
      ? ['Push a model:', '  cluster-ai model push <name> <file.onnx>']
      : [
          'Send a prediction:',
          ...(needsKey ? ['  KEY=...  # of: cluster-ai key create <name> --action infer'] : []),
          `  ${command}`,
        ]),
    '',
    interactive ? 'Stop with Ctrl-C.' : `Stop with: kill ${process.pid}`,
  ].join('\n');
}
