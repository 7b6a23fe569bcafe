import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { Option } from 'commander';
import type { Command } from 'commander';
import { resolveServer } from '../connection/server.ts';
import { sessionHeaders } from '../connection/sign-in.ts';
import { outputFormats } from '../output/format.ts';
import type { OutputFormat } from '../output/format.ts';

/** Options that every command understands, before or after its name. */
export interface GlobalOptions {
  readonly output: OutputFormat;
  readonly server?: string | undefined;
  readonly caFile?: string | undefined;
}

/** One call at most; pushes and waits are made of many calls. */
const callTimeoutMs = 30_000;

export function addGlobalOptions(program: Command): Command {
  return program
    .addOption(new Option('-o, --output <format>', 'form of the output').choices(outputFormats).default('table'))
    .option('--server <url>', 'control plane to talk to (CLUSTER_AI_SERVER)')
    .option(
      '--ca-file <file>',
      'trust servers with a certificate of this PEM file, or signed by one (CLUSTER_AI_CA_FILE)',
    );
}

/** Whom to call, and as whom. @throws ClusterError when no server is known. */
export function clientOf({ server }: GlobalOptions): ClientOptions {
  const { url, token, session } = resolveServer(server, process.env);
  const headers = session === undefined ? undefined : () => sessionHeaders(url, session);
  return { baseUrl: url, token, headers, timeoutMs: callTimeoutMs };
}
