import { readFile } from 'node:fs/promises';
import { modelSignatureSchema } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { z } from 'zod';
import { callGateway } from '../../connection/gateway-client.ts';
import { resolveGateway } from '../../connection/server.ts';
import { print } from '../../output/print.ts';
import { renderTable } from '../../output/table.ts';
import { repeated, wholeNumber } from '../arguments.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { readInputs } from './build-request.ts';

interface PredictOptions extends GlobalOptions {
  readonly input?: readonly string[];
  readonly file?: string;
  readonly gateway?: string;
  readonly modelVersion?: number;
}

const timeoutMs = 120_000;
const shownCharactersMax = 100;

const metadataSchema = z.object({ inputs: modelSignatureSchema.shape.inputs });
const answerSchema = z.object({
  model_version: z.string().optional(),
  outputs: z.array(
    z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()), data: z.array(z.unknown()) }),
  ),
});

type Answer = z.infer<typeof answerSchema>;

export function predictCommand(): Command {
  const command = new Command('predict')
    .description('Send a prediction')
    .argument('<model>')
    .option('--input <value>', 'name=value, or JSON; may be repeated', repeated)
    .option('--file <path>', 'JSON file with a whole request: {"inputs": [...]}')
    .option('--model-version <number>', 'ask this version, not the route', wholeNumber)
    .option('--gateway <url>', 'gateway to ask (CLUSTER_AI_GATEWAY)')
    .action((model: string, _flags, command: Command) => predict(model, command.optsWithGlobals<PredictOptions>()));
  return withExamples(
    command,
    "cluster-ai predict iris --input 'input=5.1,3.5,1.4,0.2'",
    'cluster-ai predict iris --file request.json --model-version 2 -o json',
  );
}

async function predict(model: string, options: PredictOptions): Promise<void> {
  const gatewayUrl = resolveGateway(options.gateway, process.env);
  const version = options.modelVersion === undefined ? '' : `/versions/${options.modelVersion}`;
  const path = `/v2/models/${encodeURIComponent(model)}${version}`;
  const body = await requestBody(
    options,
    async () => metadataSchema.parse(await callGateway({ gatewayUrl, path, timeoutMs })).inputs,
  );
  const answer = await callGateway({ gatewayUrl, path: `${path}/infer`, body, timeoutMs });
  print(options.output, answer, () => table(answerSchema.parse(answer)));
}

async function requestBody(
  options: PredictOptions,
  inputs: () => Promise<z.infer<typeof metadataSchema>['inputs']>,
): Promise<string> {
  const { file, input = [] } = options;
  if (file !== undefined && input.length === 0) return readRequest(file);
  if (file === undefined && input.length > 0) return JSON.stringify({ inputs: readInputs(input, await inputs()) });
  throw new ClusterError('CONFIG_INVALID', 'predict needs either --input or --file', {
    fix: "cluster-ai predict iris --input 'input=5.1,3.5,1.4,0.2'",
  });
}

async function readRequest(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ClusterError('CONFIG_INVALID', `${path} cannot be read`, { cause });
  }
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new ClusterError('CONFIG_INVALID', `${path} is not JSON: ${String(cause)}`, { cause });
  }
  return text;
}

function table({ outputs }: Answer): string {
  return renderTable(
    ['OUTPUT', 'DATATYPE', 'SHAPE', 'DATA'],
    outputs.map(({ name, datatype, shape, data }) => {
      const text = data
        .map((element) => (typeof element === 'string' ? JSON.stringify(element) : String(element)))
        .join(', ');
      return [
        name,
        datatype,
        `[${shape.join(',')}]`,
        text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}… (-o json shows all)` : text,
      ];
    }),
  );
}
