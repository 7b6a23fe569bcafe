import { createHash } from 'node:crypto';
import { callEndpoint, endpointUrl, problemError, type ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getVersion } from '@cluster-ai/contract/api/models.ts';
import { getRoute } from '@cluster-ai/contract/api/routes.ts';
import { appendUploadFile, commitUpload, createUpload } from '@cluster-ai/contract/api/uploads.ts';
import type { ManifestFile, ModelSettings } from '@cluster-ai/contract/manifest.ts';
import { modelConfigurationSchema } from '@cluster-ai/contract/model-configuration.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Findings } from '@cluster-ai/protocols/model-configuration/findings.ts';
import { readConfigJson } from '@cluster-ai/protocols/model-configuration/read-files.ts';
import type { LoadParameters } from '@cluster-ai/protocols/open-inference/load-parameters.ts';

/** Versions that one load may bring; each is an upload. */
const versionsMax = 16;

interface SentFile extends ManifestFile {
  readonly bytes: Uint8Array;
}

/**
 * Registers what a load brings along as the newest version, or versions, of the model: versions are immutable here, and the
 * next number is taken. The model's own route follows.
 * @throws ClusterError MODEL_INVALID, CONFLICT for a route that would not follow; what the control plane answers.
 */
export async function registerOverride(client: ClientOptions, name: string, override: LoadParameters): Promise<void> {
  const settings = settingsOf(name, override.config);
  await assertFollows(client, name);
  if (override.files.size === 0) {
    const { files } = await presentVersion(client, name);
    // Stored already: nothing is sent.
    return register(client, { name, settings, files, bytes: [] });
  }
  for (const files of versionsOf(override.files)) await register(client, { name, settings, files, bytes: files });
}

function settingsOf(name: string, config: string): ModelSettings {
  const findings = new Findings();
  const configuration = readConfigJson(config, name, findings);
  findings.assertNone('config');
  const result = modelConfigurationSchema.safeParse(configuration);
  if (result.success) return { configuration: result.data };
  const [issue] = result.error.issues;
  throw new ClusterError('MODEL_INVALID', `config: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'too large'}`);
}

/** A route that splits its traffic stays as it is, and the new version would serve nobody. */
async function assertFollows(client: ClientOptions, name: string): Promise<void> {
  const route = await findRoute(client, name);
  if (route === null || (route.policy.kind === 'latest' && route.policy.model === name)) return;
  throw new ClusterError(
    'CONFLICT',
    `route '${name}' does not follow the newest version of model '${name}', which this load would make`,
    { fix: `cluster-ai route latest ${name}` },
  );
}

async function findRoute(client: ClientOptions, name: string) {
  try {
    return await callEndpoint(client, getRoute, { params: { name } });
  } catch (thrown) {
    if (thrown instanceof ClusterError && thrown.code === 'NOT_FOUND') return null;
    throw thrown;
  }
}

async function presentVersion(client: ClientOptions, name: string) {
  const route = await findRoute(client, name);
  const version = route?.variants[0]?.version;
  if (version === undefined) throw new ClusterError('MODEL_NOT_FOUND', `there is no route '${name}'`);
  return callEndpoint(client, getVersion, { params: { name, version } });
}

/** The files of each version, lowest first; what lies beside the versions' folders belongs to all of them. */
function versionsOf(files: ReadonlyMap<string, Uint8Array>): SentFile[][] {
  const inVersions: { readonly version: number; readonly file: SentFile }[] = [];
  const beside: SentFile[] = [];
  for (const [path, bytes] of files) {
    const inFolder = /^(\d{1,9})\/(.+)$/.exec(path);
    const file = {
      path: inFolder?.[2] ?? path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      size: bytes.byteLength,
      bytes,
    };
    if (inFolder === null) beside.push(file);
    else inVersions.push({ version: Number(inFolder[1]), file });
  }
  const byVersion = Map.groupBy(inVersions, ({ version }) => version);
  if (byVersion.size === 0) {
    throw new ClusterError('MODEL_INVALID', "no file lies in a version's folder, such as 'file:1/model.onnx'");
  }
  if (byVersion.size > versionsMax) {
    throw new ClusterError('MODEL_INVALID', `one load may bring ${versionsMax} versions at most`);
  }
  return [...byVersion]
    .toSorted(([left], [right]) => left - right)
    .map(([, own]) => own.map(({ file }) => file).concat(beside));
}

async function register(
  client: ClientOptions,
  {
    name,
    settings,
    files,
    bytes,
  }: {
    readonly name: string;
    readonly settings: ModelSettings;
    readonly files: readonly ManifestFile[];
    readonly bytes: readonly SentFile[];
  },
): Promise<void> {
  const manifest = files.map(({ path, sha256, size }) => ({ path, sha256, size }));
  const upload = await callEndpoint(client, createUpload, { body: { model: name, files: manifest, settings } });
  for (const { sha256, size, receivedBytes } of upload.files) {
    const file = bytes.find((candidate) => candidate.sha256 === sha256);
    if (receivedBytes < size && file !== undefined) await send(client, upload.id, file);
  }
  await callEndpoint(client, commitUpload, { params: { id: upload.id } });
}

async function send(client: ClientOptions, id: string, { sha256, bytes }: SentFile): Promise<void> {
  const url = endpointUrl(client.baseUrl, appendUploadFile, { params: { id, sha256 }, query: { offset: 0 } });
  const response = await fetch(url, {
    method: appendUploadFile.method,
    headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${client.token ?? ''}` },
    body: Uint8Array.from(bytes),
    signal: AbortSignal.timeout(client.timeoutMs),
  }).catch((cause: unknown) => {
    throw new ClusterError('CONTROL_PLANE_UNAVAILABLE', `the connection to ${client.baseUrl} broke`, { cause });
  });
  const text = await response.text();
  if (!response.ok) throw problemError(response.status, text, client.baseUrl);
}
