import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ModelVersion } from '@cluster-ai/contract/api/models.ts';
import { commitUpload } from '@cluster-ai/contract/api/uploads.ts';
import { Command } from 'commander';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import { uploadRecord } from '../../connection/upload-record.ts';
import type { UploadRecord } from '../../connection/upload-record.ts';
import { print } from '../../output/print.ts';
import { startProgress } from '../../output/progress.ts';
import { secondsText } from '../../output/table.ts';
import { positiveSeconds } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { listModelFiles, readModelFiles } from './read-model-files.ts';
import { sendFiles } from './send-files.ts';
import { untilReady } from './until-ready.ts';

interface PushOptions extends GlobalOptions {
  readonly description?: string;
  /** False for `--no-deploy`. */
  readonly deploy: boolean;
  /** False for `--no-wait`. */
  readonly wait: boolean;
  readonly timeout: number;
}

export function modelPushCommand(): Command {
  const command = new Command('push')
    .description('Push a model file or folder as a new version; a push that was interrupted continues')
    .argument('<name>')
    .argument('<path>', 'an ONNX file, or a folder with model.onnx and its external data')
    .option('--description <text>', 'what the model does')
    .option('--no-deploy', 'store the version without giving it traffic')
    .option('--no-wait', 'do not wait until the gateways serve it')
    .option('--timeout <seconds>', 'wait this long for the gateways', positiveSeconds, 180)
    .action((name: string, path: string, _flags, command: Command) =>
      push(name, path, command.optsWithGlobals<PushOptions>()),
    );
  return withExamples(
    command,
    'cluster-ai model push iris ./model.onnx',
    'cluster-ai model push iris ./model-folder --no-deploy',
  );
}

async function push(name: string, path: string, options: PushOptions): Promise<void> {
  const beganMs = performance.now();
  const client = clientOf(options);
  const committed = await upload(name, path, options);
  const { version } = committed.version;
  // Gateways load what a route wants: a version without traffic is stored, and there is nothing to wait for.
  const waits = options.wait && committed.deployed;
  const ready = waits ? await untilReady({ client, name, version, timeoutMs: options.timeout * 1_000 }) : null;
  const tookMs = performance.now() - beganMs;
  const result = { ...committed, version: ready ?? committed.version, ready: ready !== null, seconds: tookMs / 1_000 };
  print(options.output, result, () =>
    committed.deployed ? readyLine(name, version, ready, tookMs) : storedLine(name, version, tookMs),
  );
}

async function upload(name: string, path: string, options: PushOptions) {
  const client = clientOf(options);
  const sizeBytes = (await listModelFiles(path)).reduce((sum, { size }) => sum + size, 0);
  const reading = startProgress('reading', sizeBytes);
  let readBytes = 0;
  const files = await readModelFiles(path, (count) => reading.update((readBytes += count)));
  reading.end();
  const deploy = options.deploy ? 'latest' : 'none';
  const record = uploadRecord(process.env, {
    server: client.baseUrl,
    name,
    deploy,
    files: files.map(({ path: inside, sha256 }) => [inside, sha256]),
  });
  const sending = startProgress('sending', sizeBytes);
  const sent = await sendFiles({
    client,
    record,
    model: name,
    description: options.description,
    deploy,
    files,
    onProgress: (bytes) => sending.update(bytes),
    onRetry: (reason, delayMs) =>
      void process.stderr.write(`\nwarning: ${reason}; continuing in ${secondsText(delayMs)}\n`),
  });
  sending.end();
  return commit(client, sent.id, record);
}

async function commit(client: ClientOptions, id: string, record: UploadRecord) {
  try {
    const committed = await callEndpoint(client, commitUpload, { params: { id } });
    record.remove();
    return committed;
  } catch (error) {
    // A refused version begins anew; one that could not be asked for is there to be continued.
    if (!toClusterError(error).retryable) record.remove();
    throw error;
  }
}

function readyLine(name: string, version: number, ready: ModelVersion | null, tookMs: number): string {
  if (ready === null) {
    return `${name} version ${version} is stored after ${secondsText(tookMs)}; the gateways are loading it`;
  }
  const gateways = ready.observed.map(({ gateway, loadMs }) =>
    loadMs === null ? gateway : `${gateway} (loaded in ${secondsText(loadMs)})`,
  );
  return `${name} version ${version} is ready on ${gateways.join(', ')} after ${secondsText(tookMs)}`;
}

function storedLine(name: string, version: number, tookMs: number): string {
  return `${name} version ${version} is stored after ${secondsText(tookMs)}, and routes are as they were; give it traffic with: cluster-ai route split ${name} ${version}=100`;
}
