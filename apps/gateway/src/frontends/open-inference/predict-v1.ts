import { decodePredict, encodePredict } from '@cluster-ai/protocols/kserve-v1/predict.ts';
import { assertJsonLength } from '@cluster-ai/protocols/open-inference/decode-request.ts';
import type { JsonOptions } from '@cluster-ai/protocols/open-inference/json-document.ts';
import type { PredictionProtocol } from '../../pipeline.ts';
import { sendError } from './infer.ts';
import { sendJson } from './send-json.ts';

/** `POST /v1/models/{model}:predict`, KServe's first protocol, as the pipeline's. */
export function predictV1Protocol(modelName: string, json: JsonOptions): PredictionProtocol<null> {
  return {
    modelName,
    assertHeader: (call) => assertJsonLength(null, call.header('content-length'), json.textBytesMax),
    decode(_call, body, signatureOf) {
      const signature = (): ReturnType<typeof signatureOf> => signatureOf({ modelName, modelVersion: null });
      return { request: decodePredict(body, modelName, signature, json), form: null };
    },
    encode(reply, { outputs }, _form, requestId, headers) {
      sendJson(reply, 200, encodePredict(outputs, json.numbers), [['X-Request-Id', requestId], ...headers]);
    },
    fail: sendError,
  };
}
