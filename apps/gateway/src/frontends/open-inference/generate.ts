import { assertJsonLength, type ResponseForm } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import { decodeGenerate, encodeGenerate, generateEvent } from '@cluster-ai/protocols/open-inference/generate.ts';
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
  jsonBytesMax: number,
  streams: boolean,
): PredictionProtocol<ResponseForm | null> {
  return {
    modelName,
    assertHeader: (call) => assertJsonLength(null, call.header('content-length'), jsonBytesMax),
    decode(_call, body, signatureOf) {
      const signature = (): ReturnType<typeof signatureOf> => signatureOf({ modelName, modelVersion });
      return decodeGenerate(body, { modelName, modelVersion, signature }, jsonBytesMax);
    },
    encode(reply, response, form, requestId, headers) {
      const own = [['X-Request-Id', requestId] as const, ...headers];
      if (!streams && form !== null) return sendInferred(reply, response, form, own);
      if (!streams) return sendJson(reply, 200, encodeGenerate(response), own);
      const event = generateEvent(response, form);
      reply.start(200, [['Content-Type', 'text/event-stream; charset=utf-8'], ['Cache-Control', 'no-cache'], ...own]);
      reply.write(event);
      reply.end();
    },
    fail: sendError,
  };
}
