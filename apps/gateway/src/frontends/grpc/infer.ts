import type { RpcCall, RpcReply } from '@cluster-ai/platform/edge/rpc-edge.ts';
import { decodeInferRequest } from '@cluster-ai/protocols/grpc/decode-infer-request.ts';
import { encodeInferResponse } from '@cluster-ai/protocols/grpc/encode-infer-response.ts';
import type { PredictionProtocol } from '../../pipeline.ts';
import { sendError, sendMessage, trailersOf } from './send-status.ts';

/** `ModelInfer` as the pipeline's protocol. The model is named in the message. */
export const inferProtocol: PredictionProtocol<null, RpcCall, RpcReply> = {
  modelName: null,
  assertHeader: () => undefined,
  decode: (_call, message) => ({ request: decodeInferRequest(message), form: null }),
  encode: (reply, response, _form, requestId, headers) =>
    sendMessage(reply, encodeInferResponse(response), trailersOf(requestId, headers)),
  fail: sendError,
};
