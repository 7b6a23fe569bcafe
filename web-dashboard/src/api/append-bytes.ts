import { endpointUrl, problemError } from '@cluster-ai/contract/api/client.ts';
import { appendUploadFile, type Upload } from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { csrfHeaders } from './csrf.ts';

/** A connection over which a piece does not get through in this time is given up, milliseconds. */
const timeoutMs = 120_000;

/**
 * Appends bytes to a file of an upload; the typed client sends JSON only.
 * @throws ClusterError as the control plane answered; CONTROL_PLANE_UNAVAILABLE when the connection broke; what `signal`
 * was aborted with
 */
export async function appendBytes(
  upload: Pick<Upload, 'id'>,
  sha256: string,
  offset: number,
  bytes: ArrayBuffer,
  signal: AbortSignal,
): Promise<Upload> {
  const { origin } = globalThis.location;
  const call = { params: { id: upload.id, sha256 }, query: { offset } };
  let response: Response;
  let text: string;
  try {
    response = await fetch(endpointUrl(origin, appendUploadFile, call), {
      method: appendUploadFile.method,
      headers: { 'content-type': 'application/octet-stream', ...csrfHeaders(appendUploadFile.method) },
      body: bytes,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    text = await response.text();
  } catch (cause) {
    signal.throwIfAborted();
    throw new ClusterError('CONTROL_PLANE_UNAVAILABLE', `the connection to ${origin} broke while the file was sent`, {
      cause,
    });
  }
  if (!response.ok) throw problemError(response.status, text, origin);
  return appendUploadFile.answer.parse(JSON.parse(text));
}
