import { assertJsonLength, type ResponseForm } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { decodeGenerate, encodeGenerate, generateEvent } from '@cluster-ai/protocols/open-inference/generate.ts';
import { encodeResponse } from '@cluster-ai/protocols/open-inference/encode-response.ts';
import type { JsonOptions } from '@cluster-ai/protocols/open-inference/json-document.ts';
import type { PredictionProtocol } from '../../pipeline.ts';
import { sendError, sendInferred } from './infer.ts';
import { sendJson } from './send-json.ts';

/**
 * `POST /v2/models/{model}[/versions/{version}]/generate` as the pipeline's protocol, and `generate_stream`: every model
 * gives one answer, so its stream has one event. What fails before it is an ordinary error.
 */
export function generateProtocol(
  modelName: string,
  modelVersion: string | null,
  json: JsonOptions,
  streams: boolean,
): PredictionProtocol<ResponseForm | null> {
  return {
    modelName,
    assertHeader: (call) => assertJsonLength(null, call.header('content-length'), json.textBytesMax),
    decode(_call, body, signatureOf) {
      const signature = (): ReturnType<typeof signatureOf> => signatureOf({ modelName, modelVersion });
      return decodeGenerate(body, { modelName, modelVersion, signature }, json);
    },
    encode(reply, response, form, requestId, headers) {
      if (!streams && form !== null) {
        return sendInferred(reply, encodeResponse(response, form, json.numbers), requestId, headers);
      }
      const own = [['X-Request-Id', requestId] as const, ...headers];
      if (!streams) return sendJson(reply, 200, encodeGenerate(response, json.numbers), own);
      const event = generateEvent(response, form, json.numbers);
      reply.start(200, [['Content-Type', 'text/event-stream; charset=utf-8'], ['Cache-Control', 'no-cache'], ...own]);
      reply.write(event);
      reply.end();
    },
    fail: sendError,
  };
}
