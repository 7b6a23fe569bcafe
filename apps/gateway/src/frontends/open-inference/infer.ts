import { ClusterError } from '@cluster-ai/core/errors.ts';
import {
  assertJsonLength,
  decodeRequest,
  type ResponseForm,
} from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { errorDocument } from '@cluster-ai/protocols/open-inference/documents.ts';
import { RequestPatterns } from '@cluster-ai/protocols/open-inference/patterns/request-patterns.ts';
import { encodeResponse, type EncodedResponse } from '@cluster-ai/protocols/open-inference/encode-response.ts';
import type { JsonOptions } from '@cluster-ai/protocols/open-inference/json-document.ts';
import type { Call, Headers, Reply } from '@cluster-ai/platform/edge/edge.ts';
import type { PredictionProtocol } from '../../pipeline.ts';
import { UnknownContentCoding } from '../content-coding.ts';
import { sendJson } from './send-json.ts';

const headerLengthName = 'inference-header-content-length';

/** `POST /v2/models/{model}[/versions/{version}]/infer` as the pipeline's protocol. */
export function openInferenceProtocol(
  modelName: string,
  modelVersion: string | null,
  json: JsonOptions,
): PredictionProtocol<ResponseForm> {
  const patterns = new RequestPatterns();
  return {
    modelName,
    assertHeader(call) {
      assertSentOnce(call, headerLengthName);
      assertJsonLength(call.header(headerLengthName), call.header('content-length'), json.textBytesMax);
    },
    decode(call, body, signatureOf) {
      return decodeRequest(body, call.header(headerLengthName), modelName, modelVersion, {
        json,
        patterns,
        signature: () => signatureOf({ modelName, modelVersion }),
      });
    },
    encode(reply, response, form, requestId, headers) {
      sendInferred(reply, encodeResponse(response, form, json.numbers), requestId, headers);
    },
    fail: sendError,
  };
}

export function sendInferred(
  reply: Reply,
  { contentType, headerLength, body, bodyBytes }: EncodedResponse,
  requestId: string,
  more: Headers,
): void {
  const headers: (readonly [string, string])[] = [['Content-Type', contentType]];
  if (headerLength !== null) headers.push(['Inference-Header-Content-Length', String(headerLength)]);
  headers.push(['X-Request-Id', requestId]);
  for (const header of more) headers.push(header);
  reply.send(200, headers, body, bodyBytes);
}

/** An error in the protocol's own form, with Retry-After when it may help to try again. */
export function sendError(reply: Reply, error: ClusterError, requestId: string, more: Headers = []): void {
  const headers: (readonly [string, string])[] = [['X-Request-Id', requestId], ...more];
  if (error.retryAfterSeconds !== undefined) headers.push(['Retry-After', String(error.retryAfterSeconds)]);
  if (error.code === 'UNAUTHENTICATED') headers.push(['WWW-Authenticate', 'Bearer']);
  if (error instanceof UnknownContentCoding) headers.push(['Accept-Encoding', error.known]);
  sendJson(reply, error.httpStatus, errorDocument(error), headers);
}

/** Of two lengths, a proxy in front may have read the other one. @throws ClusterError INVALID_ARGUMENT */
function assertSentOnce(call: Call, name: string): void {
  if (call.header(name) === null) return;
  let count = 0;
  for (const [own] of call.headers) if (own === name) count += 1;
  if (count > 1) throw new ClusterError('INVALID_ARGUMENT', `the header ${name} was sent ${count} times`);
}
