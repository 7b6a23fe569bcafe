import { ClusterError } from '@cluster-ai/core/errors.ts';
import { decodeRequest, type ResponseForm } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { errorDocument } from '@cluster-ai/protocols/open-inference/documents.ts';
import { encodeResponse } from '@cluster-ai/protocols/open-inference/encode-response.ts';
import type { Call, Headers, Reply } from '@cluster-ai/platform/edge/edge.ts';
import type { PredictionProtocol } from '../../pipeline.ts';
import { sendJson } from './send-json.ts';

/** `POST /v2/models/{model}[/versions/{version}]/infer` as the pipeline's protocol. */
export function openInferenceProtocol(
  modelName: string,
  modelVersion: string | null,
): PredictionProtocol<ResponseForm> {
  return {
    modelName,
    decode(call, body) {
      refuseCompression(call);
      return decodeRequest(body, call.header('inference-header-content-length'), modelName, modelVersion);
    },
    encode(reply, response, form, requestId) {
      const { contentType, headerLength, body } = encodeResponse(response, form);
      const length =
        headerLength === null ? [] : ([['Inference-Header-Content-Length', String(headerLength)]] as const);
      reply.send(200, [['Content-Type', contentType], ...length, ['X-Request-Id', requestId]], body);
    },
    fail: sendError,
  };
}

/** An error in the protocol's own form, with Retry-After when it may help to try again. */
export function sendError(reply: Reply, error: ClusterError, requestId: string, more: Headers = []): void {
  const headers: (readonly [string, string])[] = [['X-Request-Id', requestId], ...more];
  if (error.retryAfterSeconds !== undefined) headers.push(['Retry-After', String(error.retryAfterSeconds)]);
  if (error.code === 'UNAUTHENTICATED') headers.push(['WWW-Authenticate', 'Bearer']);
  if (error.code === 'UNSUPPORTED') headers.push(['Accept-Encoding', 'identity']);
  sendJson(reply, error.httpStatus, errorDocument(error), headers);
}

function refuseCompression(call: Call): void {
  const encoding = call.header('content-encoding');
  if (encoding === null || encoding.toLowerCase() === 'identity') return;
  throw new ClusterError(
    'UNSUPPORTED',
    `content encoding '${encoding.slice(0, 40)}' is not supported; send the body as it is`,
  );
}
