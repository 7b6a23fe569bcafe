import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import { z } from 'zod';
import { csrfHeaders } from './csrf.ts';
import { encodeInferBody, inferPath, type InferCall } from '../inference/infer-request.ts';
import { decodeInferAnswer, type InferAnswer } from '../inference/infer-response.ts';

/** One prediction at most, milliseconds: the gateway's own default deadline and a little. */
const predictTimeoutMs = 35_000;

export type Prediction =
  | { readonly kind: 'answer'; readonly answer: InferAnswer; readonly elapsedMs: number }
  | { readonly kind: 'refusal'; readonly headline: string; readonly detail: string; readonly elapsedMs: number };

/** What a status of the gateway means to somebody who has just pressed a button. */
const headlines: Readonly<Record<number, string>> = {
  400: 'The request does not fit the model',
  401: 'This call needs a key',
  403: 'This call is not allowed from here',
  404: 'No route has this name any more',
  408: 'The request did not arrive in time',
  413: 'The request is larger than the gateway accepts',
  500: 'The model ran into an error',
  502: 'The gateway does not answer',
  503: 'The gateway cannot serve this now',
  504: 'No answer before the deadline',
};

const oipErrorSchema = z.object({ error: z.string() });

/**
 * Sends one prediction through the front door. Never throws for what a server or a network can do: each outcome is
 * something that the reader is shown.
 */
export async function predict(call: InferCall): Promise<Prediction> {
  const { json, blob } = encodeInferBody(call);
  const jsonBytes = new TextEncoder().encode(json).byteLength;
  const headers: Record<string, string> =
    blob.byteLength === 0
      ? { 'content-type': 'application/json' }
      : { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(jsonBytes) };
  const startedAtMs = performance.now();
  const elapsedMs = () => performance.now() - startedAtMs;
  try {
    const response = await fetch(`/predict${inferPath(call.model)}`, {
      method: 'POST',
      headers: { ...headers, ...csrfHeaders('POST') },
      body: blob.byteLength === 0 ? json : new Blob([json, blob]),
      signal: AbortSignal.timeout(predictTimeoutMs),
    });
    const body = new Uint8Array(await response.arrayBuffer());
    const elapsed = elapsedMs();
    if (!response.ok) return { ...describeRefusal(response.status, body), elapsedMs: elapsed };
    const answer = decodeInferAnswer(body, response.headers.get('inference-header-content-length'));
    return { kind: 'answer', answer, elapsedMs: elapsed };
  } catch (thrown) {
    return { ...describeFailure(thrown), elapsedMs: elapsedMs() };
  }
}

function describeRefusal(status: number, body: Uint8Array): { kind: 'refusal'; headline: string; detail: string } {
  const text = new TextDecoder().decode(body);
  const headline = `${headlines[status] ?? 'The call failed'} (${status})`;
  return { kind: 'refusal', headline, detail: refusalDetail(text) };
}

function refusalDetail(text: string): string {
  const document = parseJson(text);
  const problem = problemSchema.safeParse(document);
  if (problem.success) return [problem.data.detail, problem.data.fix].filter((part) => part !== undefined).join('. ');
  const oip = oipErrorSchema.safeParse(document);
  return oip.success ? oip.data.error : text.slice(0, 500);
}

function describeFailure(thrown: unknown): { kind: 'refusal'; headline: string; detail: string } {
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') {
    return {
      kind: 'refusal',
      headline: 'No answer',
      detail: `Nothing came within ${predictTimeoutMs / 1_000} seconds.`,
    };
  }
  // fetch rejects with a TypeError when no connection comes about or it breaks.
  if (thrown instanceof TypeError) {
    return {
      kind: 'refusal',
      headline: 'The front door does not answer',
      detail:
        'The control plane that served this page has stopped or restarts. The gateway may still answer the calls below.',
    };
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return { kind: 'refusal', headline: 'The answer could not be read', detail: detail.slice(0, 500) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
