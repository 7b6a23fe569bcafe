import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getVersion } from '@cluster-ai/contract/api/models.ts';
import { commitUpload } from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { call } from '../../../connection/call.ts';
import { uploadRecord } from '../../../connection/upload-record.ts';
import { exitCodes } from '../../../output/exit-codes.ts';
import { print } from '../../../output/print.ts';
import { secondsText, visible } from '../../../output/table.ts';
import { clientOf } from '../../context.ts';
import type { RegisterOptions } from '../print-registered.ts';
import { withDigests, type LocalFile } from '../read-model-files.ts';
import { sendFiles } from '../send-files.ts';
import { untilReady } from '../until-ready.ts';
import { settingsOf, type VersionOptions } from '../version-options.ts';
import { findModels } from './find-models.ts';
import { inspectFolder, isServed, type ModelReport, type VersionReport } from './inspect-folder.ts';
import { reportData, reportText } from './report-text.ts';

/** What became of one version. */
interface Imported {
  readonly model: string;
  readonly version: number;
  readonly state: 'imported' | 'present' | 'refused';
  readonly message: string;
  readonly fix?: string | undefined;
}

type Options = RegisterOptions & VersionOptions;

/**
 * Pushes every version of a folder of models that can be served, under the numbers of their folders, and says what was
 * found, what is served, and what is not and why. Versions that are there already are left as they are.
 */
export async function importRepository(path: string, options: Options): Promise<void> {
  if (path.endsWith('.onnx')) {
    const fix = `cluster-ai model push <name> ${path}`;
    throw new ClusterError('INVALID_ARGUMENT', `${path} is a single file, and folders are imported`, { fix });
  }
  const client = clientOf(options);
  const reports = await Promise.all((await findModels(path)).map((folder) => inspectFolder(folder)));
  const results: Imported[] = [];
  for (const report of reports) {
    for (const version of report.versions) {
      if (isServed(report, version)) results.push(await importVersion(client, report, version, options));
    }
  }
  if (options.wait && options.deploy) await untilServed(client, results, options);
  print(options.output, { models: reports.map(reportData), imported: results }, () =>
    [reportText(reports), ...results.map(resultText)].join('\n'),
  );
  const left = reports.some(
    ({ problems, versions }) => problems.length > 0 || versions.some((version) => version.problems.length > 0),
  );
  if (left || results.some(({ state }) => state === 'refused')) process.exitCode = exitCodes.failed;
}

async function importVersion(
  client: ClientOptions,
  { model }: ModelReport,
  { version, files }: VersionReport,
  options: Options,
): Promise<Imported> {
  const { notes, lineage } = options;
  const deploy = options.deploy ? 'latest' : 'none';
  const about = { model, notes, lineage, settings: settingsOf(options), deploy, version } as const;
  const sent = await withDigests(files, () => undefined);
  try {
    const record = uploadRecord(process.env, {
      server: client.baseUrl,
      about,
      files: sent.map((file) => [file.path, file.sha256]),
    });
    const upload = await sendFiles({
      client,
      record,
      about,
      files: sent,
      onProgress: () => undefined,
      onRetry: (reason, delayMs) =>
        void process.stderr.write(`warning: ${reason}; continuing in ${secondsText(delayMs)}\n`),
    });
    try {
      await call(client, commitUpload, { params: { id: upload.id } });
    } finally {
      record.remove();
    }
    return { model, version, state: 'imported', message: '' };
  } catch (thrown) {
    // A server that is away, or a caller that may not, is the same for all that are left.
    if (!(thrown instanceof ClusterError) || !ofTheVersion.has(thrown.code)) throw thrown;
    if (thrown.code === 'CONFLICT' && thrown.message.includes('has a version')) {
      return present(client, model, version, sent);
    }
    return { model, version, state: 'refused', message: thrown.message, fix: thrown.fix };
  }
}

/** A version that is there: versions do not change, so other files under its number are refused. */
async function present(
  client: ClientOptions,
  model: string,
  version: number,
  sent: readonly LocalFile[],
): Promise<Imported> {
  const { files } = await call(client, getVersion, { params: { name: model, version: String(version) } });
  const digests = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  if (sent.length === files.length && sent.every(({ path, sha256 }) => digests.get(path) === sha256)) {
    return { model, version, state: 'present', message: '' };
  }
  const message = 'it is there already, with other files, and versions do not change';
  const fix = `call the folder by a new number, or delete that version first: cluster-ai model delete ${model} --model-version ${version}`;
  return { model, version, state: 'refused', message, fix };
}

const ofTheVersion: ReadonlySet<string> = new Set(['CONFLICT', 'INVALID_ARGUMENT', 'MODEL_INVALID', 'BODY_TOO_LARGE']);

/** The newest version of each model: older ones make way for it. */
async function untilServed(client: ClientOptions, results: Imported[], { timeout }: Options): Promise<void> {
  const newest = new Map(results.filter(({ state }) => state === 'imported').map((each) => [each.model, each.version]));
  for (const [name, version] of newest) {
    try {
      await untilReady({ client, name, version, timeoutMs: timeout * 1_000 });
    } catch (thrown) {
      if (!(thrown instanceof ClusterError) || !ofTheModel.has(thrown.code)) throw thrown;
      const index = results.findIndex((each) => each.model === name && each.version === version);
      results[index] = { model: name, version, state: 'refused', message: thrown.message, fix: thrown.fix };
    }
  }
}

const ofTheModel: ReadonlySet<string> = new Set(['MODEL_INVALID', 'DEADLINE_EXCEEDED']);

function resultText({ model, version, state, message, fix }: Imported): string {
  const what = { imported: 'is imported', present: 'is there already, and is left as it is', refused: 'was refused' };
  const out = fix === undefined ? '' : `\n    ${visible(fix)}`;
  const why = state === 'refused' ? `: ${visible(message)}${out}` : '';
  return `${visible(model)} version ${version} ${what[state]}${why}`;
}
