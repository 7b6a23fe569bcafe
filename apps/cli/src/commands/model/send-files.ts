import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { callEndpoint, endpointUrl, problemError } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { appendUploadFile, createUpload, getUpload } from '@cluster-ai/contract/api/uploads.ts';
import type { Upload } from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import { call } from '../../connection/call.ts';
import type { UploadRecord } from '../../connection/upload-record.ts';
import type { LocalFile } from './read-model-files.ts';

export interface SendOptions {
  readonly client: ClientOptions;
  readonly record: UploadRecord;
  /** All that is said about the new version besides its files. */
  readonly about: Omit<z.input<typeof createUpload.body>, 'files'>;
  readonly files: readonly LocalFile[];
  /** Bytes that the server has, in all. */
  readonly onProgress: (bytes: number) => void;
  readonly onRetry: (reason: string, delayMs: number) => void;
}

const attemptsMax = 6;
const firstDelayMs = 500;
/** A connection over which nothing moves for this long is given up, and the upload is continued on a new one. */
const stallTimeoutMs = 60_000;

/** Sends what the server does not have yet, and continues where an interrupted push stopped. @returns the complete upload. */
export async function sendFiles(options: SendOptions): Promise<Upload> {
  let upload = await beginUpload(options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      for (const file of options.files) upload = await sendRest(options, upload, file);
      return upload;
    } catch (thrown) {
      const error = toClusterError(thrown);
      if (attempt === attemptsMax || !mayContinue(error)) throw thrown;
      const delayMs = firstDelayMs * 2 ** (attempt - 1);
      options.onRetry(error.message, delayMs);
      await sleep(delayMs);
      upload = await askUntilAnswered(options, upload);
    }
  }
}

async function beginUpload({ client, record, about, files }: SendOptions): Promise<Upload> {
  const known = record.read();
  if (known !== null) {
    const upload = await findUpload(client, known);
    if (upload !== null) return upload;
  }
  const manifest = files.map(({ path, sha256, size }) => ({ path, sha256, size }));
  const upload = await call(client, createUpload, { body: { ...about, files: manifest } });
  await record.write(upload.id);
  return upload;
}

/** Null for an upload that has expired, or was committed. */
async function findUpload(client: ClientOptions, id: string): Promise<Upload | null> {
  try {
    return await callEndpoint(client, getUpload, { params: { id } });
  } catch (error) {
    if (error instanceof ClusterError && (error.code === 'NOT_FOUND' || error.code === 'CONFLICT')) return null;
    throw error;
  }
}

/** The offset may be stale after a connection that broke: CONFLICT says so, and the server is asked again. */
function mayContinue(error: ClusterError): boolean {
  return error.retryable || error.code === 'CONFLICT';
}

async function askUntilAnswered({ client }: SendOptions, upload: Upload): Promise<Upload> {
  try {
    return await callEndpoint(client, getUpload, { params: { id: upload.id } });
  } catch (error) {
    if (error instanceof ClusterError && error.retryable) return upload;
    throw error;
  }
}

async function sendRest(options: SendOptions, upload: Upload, file: LocalFile): Promise<Upload> {
  const present = upload.files.find(({ sha256 }) => sha256 === file.sha256);
  const offset = present?.receivedBytes ?? 0;
  const total = upload.files.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
  options.onProgress(total);
  if (offset === file.size && present !== undefined) return upload;
  const { client } = options;
  const stalled = new AbortController();
  // Unreferenced: it must not keep a command alive that is done.
  const timer = setTimeout(() => stalled.abort(), stallTimeoutMs).unref();
  const body = createReadStream(file.source, { start: offset });
  let sent = total;
  const count = (chunk: string | Buffer): void => {
    timer.refresh();
    sent += chunk.length;
    options.onProgress(sent);
  };
  body.on('data', count);
  const call = { params: { id: upload.id, sha256: file.sha256 }, query: { offset } };
  try {
    return await patch(client, endpointUrl(client.baseUrl, appendUploadFile, call), body, stalled.signal);
  } finally {
    body.off('data', count).destroy();
    clearTimeout(timer);
  }
}

async function patch(client: ClientOptions, url: string, body: Readable, signal: AbortSignal): Promise<Upload> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: appendUploadFile.method,
      headers: {
        'content-type': 'application/octet-stream',
        ...client.headers?.(appendUploadFile.method),
        ...(client.token === undefined ? {} : { authorization: `Bearer ${client.token}` }),
      },
      body: Readable.toWeb(body),
      duplex: 'half',
      signal,
    });
  } catch (cause) {
    throw new ClusterError(
      'CONTROL_PLANE_UNAVAILABLE',
      `the connection to ${client.baseUrl} broke while the file was being sent`,
      { cause },
    );
  }
  const text = await response.text();
  if (!response.ok) throw problemError(response.status, text, client.baseUrl);
  return appendUploadFile.answer.parse(JSON.parse(text));
}
