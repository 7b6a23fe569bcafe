import { resolve } from 'node:path';
import { Command } from 'commander';
import type { UpFlags } from '../up/settings.ts';
import { withExamples } from './with-examples.ts';

export function upCommand(): Command {
  const command = new Command('up')
    .description('Start Cluster AI on this machine: database, control plane, gateway and its runners')
    .option('--home <folder>', 'data folder (CLUSTER_AI_HOME)')
    .option('--port <port>', 'dashboard and API (default 3000)')
    .option('--gateway-port <port>', 'predictions (default 8000)')
    .option('--grpc-port <port>', 'predictions over gRPC (default 8001)')
    .option('--as <server>', 'speak like triton or kserve where servers of the protocol differ (default cluster-ai)')
    .option('--metrics-port <port>', 'metrics and health of the gateway (default 8002)')
    .option('--gateways <number>', 'gateway processes that share these ports (default 1)')
    .option('--host <address>', 'address to listen on (default 127.0.0.1); one of the network needs TLS')
    .option('--tls-cert <file>', 'certificate of dashboard, API and predictions, PEM; read again when it changes')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--public-url <url>', 'where people open the dashboard: https://cluster-ai.example.com')
    .option('--model-repository <folder>', 'serve <folder>/<model>/<version>/model.onnx, and follow its changes')
    .option('--no-examples', 'do not import the example models into a new registry')
    .option('--database-url <url>', 'use this PostgreSQL, not an embedded one (DATABASE_URL)')
    .option('--user <name>', 'system user to run as when root starts it (default cluster-ai)')
    .option('--config <file>', 'YAML file with the sections up, controlPlane and gateway')
    .option('--verbose', 'show every log line')
    .action(async (flags: UpFlags) => {
      const { startUp } = await import('../up/start-up.ts');
      await startUp(absolutePaths(flags));
    });
  return withExamples(
    command,
    'cluster-ai up',
    'cluster-ai up --model-repository ./models --port 3100',
    'cluster-ai up --host 0.0.0.0 --tls-cert tls.crt --tls-key tls.key --public-url https://cluster-ai.example.com:3000',
  );
}

function absolutePaths(flags: UpFlags): UpFlags {
  const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(path));
  return {
    ...flags,
    home: absolute(flags.home),
    config: absolute(flags.config),
    modelRepository: absolute(flags.modelRepository),
    tlsCert: absolute(flags.tlsCert),
    tlsKey: absolute(flags.tlsKey),
  };
}
