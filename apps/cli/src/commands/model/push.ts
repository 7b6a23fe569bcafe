import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { commitUpload } from '@cluster-ai/contract/api/uploads.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { uploadRecord } from '../../connection/upload-record.ts';
import type { UploadRecord } from '../../connection/upload-record.ts';
import { startProgress } from '../../output/progress.ts';
import { secondsText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { printRegistered, withRegisterOptions } from './print-registered.ts';
import type { Registered, RegisterOptions } from './print-registered.ts';
import { listModelFiles, readModelFiles } from './read-model-files.ts';
import { sendFiles } from './send-files.ts';
import { settingsOf, withVersionOptions } from './version-options.ts';
import type { VersionOptions } from './version-options.ts';

interface PushOptions extends RegisterOptions, VersionOptions {
  readonly description?: string;
}

export function modelPushCommand(): Command {
  const command = new Command('push')
    .description('Push a model file or folder as a new version; a push that was interrupted continues')
    .argument('<name>')
    .argument('<path>', 'an ONNX file, or a folder with model.onnx and its external data')
    .option('--description <text>', 'what the model does')
    .action((name: string, path: string, _flags, command: Command) =>
      push(name, path, command.optsWithGlobals<PushOptions>()),
    );
  return withExamples(
    withRegisterOptions(withVersionOptions(command)),
    'cluster-ai model push iris ./model.onnx',
    'cluster-ai model push iris ./model-folder --no-deploy --lineage dataset=iris-2026 --lineage accuracy=0.97',
  );
}

async function push(name: string, path: string, options: PushOptions): Promise<void> {
  const beganMs = performance.now();
  const client = clientOf(options);
  const committed = await upload(client, name, path, options);
  await printRegistered(client, committed, options, beganMs);
}

async function upload(client: ClientOptions, model: string, path: string, options: PushOptions): Promise<Registered> {
  const sizeBytes = (await listModelFiles(path)).reduce((sum, { size }) => sum + size, 0);
  const reading = startProgress('reading', sizeBytes);
  let readBytes = 0;
  const files = await readModelFiles(path, (count) => reading.update((readBytes += count)));
  reading.end();
  const { description, notes, lineage } = options;
  const deploy = options.deploy ? 'latest' : 'none';
  const about = { model, description, notes, lineage, settings: settingsOf(options), deploy } as const;
  const record = uploadRecord(process.env, {
    server: client.baseUrl,
    about,
    files: files.map(({ path: inside, sha256 }) => [inside, sha256]),
  });
  const sending = startProgress('sending', sizeBytes);
  const sent = await sendFiles({
    client,
    record,
    about,
    files,
    onProgress: (bytes) => sending.update(bytes),
    onRetry: (reason, delayMs) =>
      void process.stderr.write(`\nwarning: ${reason}; continuing in ${secondsText(delayMs)}\n`),
  });
  sending.end();
  return commit(client, sent.id, record);
}

async function commit(client: ClientOptions, id: string, record: UploadRecord): Promise<Registered> {
  try {
    const committed = await call(client, commitUpload, { params: { id } });
    record.remove();
    return committed;
  } catch (error) {
    // A refused version begins anew; one that could not be asked for is there to be continued.
    if (!toClusterError(error).retryable) record.remove();
    throw error;
  }
}
