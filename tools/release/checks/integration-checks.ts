import type { Check } from '../targets/target-file.ts';
import type { Answer, Call } from './call.ts';

/** What every installation answers, besides the checks of its file. */
const everywhere: readonly Check[] = [
  { path: '/livez', status: 200 },
  { path: '/readyz', status: 200 },
];

const shownBytes = 300;

/** Calls everything once. @returns what is wrong, each as a sentence; nothing when all is as it should be. */
export async function integrationProblems(call: Call, checks: readonly Check[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const check of [...everywhere, ...checks]) {
    const problem = await problemOf(call, check);
    if (problem !== null) problems.push(problem);
  }
  return problems;
}

async function problemOf(call: Call, check: Check): Promise<string | null> {
  try {
    return judgeAnswer(check, await call(check));
  } catch (error) {
    return `${check.path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function judgeAnswer(check: Check, { status, body }: Answer): string | null {
  if (status !== check.status) {
    return `${check.path}: status ${status} instead of ${check.status}: ${body.slice(0, shownBytes)}`;
  }
  if (check.contains !== undefined && !body.includes(check.contains)) {
    return `${check.path}: the answer does not hold '${check.contains}': ${body.slice(0, shownBytes)}`;
  }
  return null;
}

/** Sends the checks that have a body again and again: traffic for the gate where no clients call. */
export async function sendLoad(
  call: Call,
  checks: readonly Check[],
  load: { readonly requests: number; readonly clients: number },
): Promise<void> {
  const sent = checks.filter(({ body }) => body !== undefined);
  if (sent.length === 0) return;
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < load.requests) {
      const check = sent[next % sent.length];
      next += 1;
      // What fails is in the gateways' counters, by which the gate judges.
      if (check !== undefined) await problemOf(call, check);
    }
  };
  await Promise.all(Array.from({ length: load.clients }, client));
}
