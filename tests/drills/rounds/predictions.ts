import type { Random } from '@cluster-ai/core/ports/random.ts';
import type { CallEnd, Ledger } from '@cluster-ai/testkit/ledger/ledger.ts';
import { pause } from '../../start-platform.ts';
import { HttpsClient } from './call.ts';
import type { Answer, CallResult } from './call.ts';
import { anyQuestion } from './questions.ts';
import type { Question } from './questions.ts';
import type { Subject } from './subject.ts';

export type Target = keyof Subject['targets'];

/** Between two questions of one client. */
const pauseMs = 25;
const pauseAfterFailureMs = 60;

export interface Predictions {
  stop(): Promise<void>;
}

/** Two clients for each gateway and one for the front door ask one question after another, with a key. */
export function startPredictions(subject: Subject, ledger: Ledger, key: string, random: Random): Predictions {
  let stopped = false;
  const run = async (target: Target): Promise<void> => {
    const client = new HttpsClient(subject.ca);
    while (!stopped) {
      const end = await ask(client, subject, ledger, { target, key, question: anyQuestion(random) });
      await pause(end.kind === 'answered' ? pauseMs : pauseAfterFailureMs);
    }
    client.close();
  };
  const targets: Target[] = ['gateway-1', 'gateway-1', 'gateway-2', 'gateway-2', 'front door'];
  const clients = targets.map(run);
  return {
    stop: async () => {
      stopped = true;
      await Promise.all(clients);
    },
  };
}

interface Asked {
  readonly target: Target;
  readonly key: string;
  readonly question: Question;
}

/** Asks one question and enters in the ledger how it ended. */
export async function ask(
  client: HttpsClient,
  subject: Subject,
  ledger: Ledger,
  { target, key, question }: Asked,
): Promise<CallEnd> {
  const sentMs = performance.now();
  const result = await sendQuestion(client, subject, { target, key, question });
  const { end, served } = judge(result, question);
  ledger.calls.push({ target, what: question.what, sentMs, endedMs: performance.now(), end });
  if (served !== undefined) ledger.served.push({ target, ...served });
  return end;
}

export function sendQuestion(client: HttpsClient, subject: Subject, { target, key, question }: Asked) {
  const headers = { ...question.headers, authorization: `Bearer ${key}` };
  return client.send(`${subject.targets[target]}${question.path}`, { method: 'POST', headers, body: question.body });
}

function judge(
  result: CallResult,
  question: Question,
): { end: CallEnd; served?: { version: string; content: string } } {
  if (result.kind !== 'answer') return { end: result };
  if (result.status !== 200) return { end: errorEnd(result) };
  const { wrong, served } = question.check(result);
  if (wrong !== null) return { end: { kind: 'wrong', text: wrong } };
  return served === undefined ? { end: { kind: 'answered' } } : { end: { kind: 'answered' }, served };
}

/** The protocol's form of an error is `{"error": "…"}`; the front door's own errors are problem documents. */
function errorEnd({ status, body }: Answer): CallEnd {
  const text = body.toString();
  let documented = false;
  try {
    const document = JSON.parse(text) as { error?: unknown; code?: unknown };
    documented = typeof document.error === 'string' || typeof document.code === 'string';
  } catch {
    // No JSON: not the protocol's form.
  }
  return { kind: 'error', status, documented, text: text.slice(0, 300) };
}
