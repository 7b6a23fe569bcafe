import { toClusterError, type ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest, InferenceResponse } from '@cluster-ai/core/inference/request.ts';
import { classify } from '@cluster-ai/core/inference/classify.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { validateRequest } from '@cluster-ai/core/inference/validate-request.ts';
import type { Call, CallHead, Headers, IncomingCall, Reply } from '@cluster-ai/platform/edge/edge.ts';
import type { Admission } from './admission/admission.ts';
import { deadlineOf } from './admission/deadline.ts';
import type { Authenticate } from './auth/authenticate.ts';
import { assertCovers, assertMay } from './auth/caller.ts';
import { selectOutputs } from './execution/select-outputs.ts';
import type { Limiter } from './limits/limiter.ts';
import type { RouteTable, RouteTarget, ServingVariant } from './routing/route-table.ts';
import type { Observer } from './telemetry/observer.ts';

/**
 * What a protocol brings: its half of decoding and encoding. `Form` is what it must remember between the two; `In` and
 * `Out` are its edge's call and reply, of which the pipeline knows only what every edge has.
 */
export interface PredictionProtocol<Form, In extends IncomingCall = Call, Out = Reply> {
  /** The name in the path; null in a protocol that names the model in the body. */
  readonly modelName: string | null;
  /** Judges a call by its header, so that a body that would be refused is not waited for. @throws ClusterError */
  assertHeader(call: In): void;
  /** @param signatureOf tells what the model takes, for bodies that say nothing of it: the version that will answer. */
  decode(
    call: In,
    body: Uint8Array,
    signatureOf: SignatureOf,
  ): { readonly request: InferenceRequest; readonly form: Form };
  /** @param headers what the answer says besides: what is left of a key's limits. */
  encode(reply: Out, response: InferenceResponse, form: Form, requestId: string, headers: Headers): void;
  fail(reply: Out, error: ClusterError, requestId: string, headers: Headers): void;
}

/** @throws ClusterError MODEL_NOT_FOUND, MODEL_NOT_READY. */
export type SignatureOf = (target: RouteTarget) => ModelSignature;

export interface Stages {
  readonly authenticate: Authenticate;
  readonly admission: Admission;
  readonly limiter: Pick<Limiter, 'take'>;
  readonly routes: RouteTable;
  readonly observer: Observer;
  readonly nextRequestId: (call: CallHead) => string;
  readonly defaultTimeoutMs: number;
}

/**
 * The path of every prediction, whatever its protocol. Each word is a folder of this program; policies are pure and live
 * in `packages/core`. Keys and limits come before the body is read, so that a refused call costs a header only.
 */
export async function predict<Form, In extends IncomingCall, Out>(
  call: In,
  reply: Out,
  protocol: PredictionProtocol<Form, In, Out>,
  stages: Stages,
): Promise<void> {
  const { admission, observer, routes } = stages;
  const watch = observer.begin();
  const requestId = stages.nextRequestId(call);
  let headers: Headers = [];
  let routeName = '';
  const answering: { variant: ServingVariant | null } = { variant: null };
  let admitted = false;
  let keptBytes = 0;
  try {
    // What is here already is not waited for: that would cost a turn of the queue of promises each time.
    const found = stages.authenticate(call);
    const caller = found instanceof Promise ? await found : found;
    assertMay(caller, 'infer');
    admission.enter();
    admitted = true;
    if (protocol.modelName !== null) {
      assertCovers(caller, protocol.modelName);
      // Who calls a name that does not exist learns that first, whatever the body holds.
      routeName = routes.find(protocol.modelName).name;
    }
    const allowance = caller.use === null ? null : stages.limiter.take(caller.use);
    if (allowance !== null) {
      const answer = await allowance;
      headers = answer.headers;
      if (answer.refusal !== null) throw answer.refusal;
    }

    protocol.assertHeader(call);
    const received = call.body((bytes) => {
      admission.keep(bytes);
      keptBytes += bytes;
    });
    const body = received instanceof Promise ? await received : received;
    watch.receivedAtMs = observer.nowMs();
    const choose = (target: RouteTarget): ServingVariant =>
      (answering.variant ??= routes.choose(target, (name) => call.header(name)));
    const { request, form } = protocol.decode(call, body, (target) => choose(target).executor.signature);
    watch.decodedAtMs = observer.nowMs();
    if (protocol.modelName === null) assertCovers(caller, request.modelName);
    routeName = request.modelName;

    const { executor, batcher, model, stats, rowsPerRequestMax, labels } = choose(request);
    validateRequest(request, executor.signature, rowsPerRequestMax);
    // A shadow copy leaves here, and the response cache and the input transform stand here, once they exist.

    const { judgesTimeouts } = batcher;
    const callMs = call.timeoutMs ?? null;
    const ticket = batcher.enqueue(
      request,
      deadlineOf(request.parameters, watch.startedAtMs, stages.defaultTimeoutMs, callMs, judgesTimeouts),
    );
    call.onCancel(() => ticket.cancel(observer.nowMs()));
    const { outputs, times } = await ticket.outcome;
    // The model has answered: nothing reads the inputs any more. After a failure something might.
    call.releaseBody?.();
    watch.batch = times;

    watch.encodeStartedAtMs = observer.nowMs();
    const response = {
      modelName: request.modelName,
      modelVersion: String(model.version),
      id: request.id,
      outputs: classify(selectOutputs(outputs, request.outputNames), request, executor.signature, labels),
    };
    protocol.encode(reply, response, form, requestId, headers);
    observer.succeeded(watch, stats, { requestId, route: routeName });
  } catch (thrown) {
    const error = toClusterError(thrown);
    observer.failed(watch, answering.variant?.stats ?? null, { requestId, route: routeName }, error);
    protocol.fail(reply, error, requestId, headers);
  } finally {
    if (admitted) admission.leave(keptBytes);
  }
}
