import { errorTable, type ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceResponse } from '@cluster-ai/core/inference/request.ts';
import type { Headers, IncomingCall } from '@cluster-ai/platform/edge/edge.ts';
import type { RpcCall, RpcReply } from '@cluster-ai/platform/edge/rpc-edge.ts';
import { decodeInferRequest } from '@cluster-ai/protocols/grpc/decode-infer-request.ts';
import { encodeStreamError, encodeStreamResponse } from '@cluster-ai/protocols/grpc/encode-infer-response.ts';
import { predict, type PredictionProtocol, type Stages } from '../../pipeline.ts';
import { MessageReader } from './message-reader.ts';
import { stopping, trailersOf } from './send-status.ts';

/** Requests of one stream that may be inside at once; the next is read when the first of them is answered. */
const unansweredMax = 128;

/**
 * `ModelStreamInfer`: each message is a prediction of its own, with its own place, limits and deadline. They run beside
 * each other and are answered in their order. One that fails is told in its answer, and the stream goes on, unless the
 * client asks for the end with the metadata `triton_grpc_error: true`.
 */
export async function streamInfer(call: RpcCall, reply: RpcReply, stages: Stages): Promise<void> {
  const requestId = stages.nextRequestId(call);
  // Who may not call at all learns it by the status of the call.
  await stages.authenticate(call);
  const stream = new InferStream(call, reply, stages);
  for (let message = await stream.next(); message !== null; message = await stream.next()) {
    stream.begin(message);
    await stream.room();
  }
  await stream.answered();
  reply.end(call.isClosing ? stopping : { code: 'OK', message: '' }, trailersOf(requestId));
}

/** One message of a stream on its way through the pipeline, and the place of its answer. */
class StreamedRequest implements IncomingCall {
  readonly headers: Headers;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly listenerId: string;
  readonly timeoutMs: number | null;
  /** Of the request; empty until it is decoded, and where it has none. */
  id = '';
  answer: Uint8Array | null = null;
  failure: ClusterError | null = null;
  cancel: () => void = () => undefined;
  private readonly call: RpcCall;
  private readonly message: Uint8Array;
  private readonly whenAnswered: () => void;

  constructor(call: RpcCall, message: Uint8Array, timeoutMs: number | null, whenAnswered: () => void) {
    this.headers = call.headers;
    this.remoteAddress = call.remoteAddress;
    this.localAddress = call.localAddress;
    this.listenerId = call.listenerId;
    this.timeoutMs = timeoutMs;
    this.call = call;
    this.message = message;
    this.whenAnswered = whenAnswered;
  }

  header(name: string): string | null {
    return this.call.header(name);
  }

  async body(onBytes: (bytes: number) => void = () => undefined): Promise<Uint8Array> {
    onBytes(this.message.byteLength);
    return this.message;
  }

  onCancel(listener: () => void): void {
    this.cancel = listener;
  }

  succeed(response: InferenceResponse): void {
    this.answer = encodeStreamResponse(response);
    this.whenAnswered();
  }

  fail(error: ClusterError): void {
    this.failure = error;
    this.answer = encodeStreamError(error.message, this.id);
    this.whenAnswered();
  }
}

const protocol: PredictionProtocol<null, StreamedRequest, StreamedRequest> = {
  modelName: null,
  assertHeader: () => undefined,
  decode: (request, message) => {
    const decoded = decodeInferRequest(message);
    request.id = decoded.id ?? '';
    return { request: decoded, form: null };
  },
  encode: (request, response) => request.succeed(response),
  fail: (request, error) => request.fail(error),
};

class InferStream {
  private readonly call: RpcCall;
  private readonly reply: RpcReply;
  private readonly stages: Stages;
  private readonly reader: MessageReader;
  private readonly endsWithErrors: boolean;
  private readonly begunAtMs = performance.now();
  /** In their order; the first is the next to be sent. */
  private readonly unanswered: StreamedRequest[] = [];
  private ended = false;
  private defect: Error | null = null;
  private mustDrain = false;
  private whenSent: () => void = () => undefined;

  constructor(call: RpcCall, reply: RpcReply, stages: Stages) {
    this.call = call;
    this.reply = reply;
    this.stages = stages;
    this.reader = new MessageReader(call);
    this.endsWithErrors = call.header('triton_grpc_error') === 'true';
    call.onCancel(() => {
      for (const request of this.unanswered) request.cancel();
      this.end();
    });
  }

  /** The next message; null when none is to be read any more. */
  next(): Promise<Uint8Array | null> {
    return this.reader.next();
  }

  begin(message: Uint8Array): void {
    const { timeoutMs } = this.call;
    const leftMs = timeoutMs === null ? null : Math.max(0, timeoutMs - (performance.now() - this.begunAtMs));
    const request = new StreamedRequest(this.call, message, leftMs, () => this.sendAnswered());
    this.unanswered.push(request);
    predict(request, request, protocol, this.stages).catch((defect: unknown) => {
      this.defect = new Error('a prediction of a stream ended outside its stages', { cause: defect });
      this.end();
    });
  }

  /** Resolves when another message may be read. */
  async room(): Promise<void> {
    if (this.mustDrain) await this.reply.drained();
    this.mustDrain = false;
    while (!this.ended && this.unanswered.length >= unansweredMax) await this.nextSent();
  }

  /** Resolves when everything that was begun has been answered, or will not be. Rejects with a defect. */
  async answered(): Promise<void> {
    while (!this.ended && this.unanswered.length > 0) await this.nextSent();
    if (this.defect !== null) throw this.defect;
  }

  private nextSent(): Promise<void> {
    return new Promise((resolve) => {
      this.whenSent = resolve;
    });
  }

  private end(): void {
    this.ended = true;
    this.reader.stop();
    this.whenSent();
  }

  private sendAnswered(): void {
    for (let [first] = this.unanswered; first !== undefined && first.answer !== null; [first] = this.unanswered) {
      this.unanswered.shift();
      if (this.ended) continue;
      if (first.failure !== null && this.endsWithErrors) {
        const { code, message } = first.failure;
        this.reply.end({ code: errorTable[code].grpc, message });
        this.end();
        continue;
      }
      if (!this.reply.send(first.answer)) this.mustDrain = true;
    }
    this.whenSent();
  }
}
