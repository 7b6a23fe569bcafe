import { problemSchema } from '@cluster-ai/contract/api/problem.ts';
import { z } from 'zod';
import { csrfHeaders } from './csrf.ts';
import type { Say } from '../i18n/say.ts';
import { encodeInferBody, inferPath, type InferCall } from '../inference/infer-request.ts';
import { decodeInferAnswer, type InferAnswer } from '../inference/infer-response.ts';

/** One prediction at most, milliseconds: the gateway's own default deadline and a little. */
const predictTimeoutMs = 35_000;

export type Prediction =
  | {
      readonly kind: 'answer';
      readonly answer: InferAnswer;
      readonly elapsedMs: number;
      /** Bodies, without headers. */
      readonly sentBytes: number;
      readonly receivedBytes: number;
    }
  | { readonly kind: 'refusal'; readonly headline: Say; readonly detail: Say; readonly elapsedMs: number };

const explained = [400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504] as const;

/** What a status of the gateway means to somebody who has just pressed a button. */
function headlineOf(status: number): Say {
  const known = explained.find((entry) => entry === status);
  return (t) => `${known === undefined ? t('refusedOther') : t(`refused${known}`)} (${status})`;
}

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
    const sentBytes = jsonBytes + blob.byteLength;
    return { kind: 'answer', answer, elapsedMs: elapsed, sentBytes, receivedBytes: body.byteLength };
  } catch (thrown) {
    return { ...describeFailure(thrown), elapsedMs: elapsedMs() };
  }
}

interface Refusal {
  readonly kind: 'refusal';
  readonly headline: Say;
  readonly detail: Say;
}

function describeRefusal(status: number, body: Uint8Array): Refusal {
  const detail = refusalDetail(new TextDecoder().decode(body));
  return { kind: 'refusal', headline: headlineOf(status), detail: () => detail };
}

function refusalDetail(text: string): string {
  const document = parseJson(text);
  const problem = problemSchema.safeParse(document);
  if (problem.success) return [problem.data.detail, problem.data.fix].filter((part) => part !== undefined).join('. ');
  const oip = oipErrorSchema.safeParse(document);
  return oip.success ? oip.data.error : text.slice(0, 500);
}

function describeFailure(thrown: unknown): Refusal {
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') {
    return {
      kind: 'refusal',
      headline: (t) => t('noAnswer'),
      detail: (t) => t('noAnswerWithin', { seconds: predictTimeoutMs / 1_000 }),
    };
  }
  // fetch rejects with a TypeError when no connection comes about or it breaks.
  if (thrown instanceof TypeError) {
    return { kind: 'refusal', headline: (t) => t('frontDoor'), detail: (t) => t('frontDoorText') };
  }
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return { kind: 'refusal', headline: (t) => t('unreadable'), detail: () => detail.slice(0, 500) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
