import type { CallRecord, FaultRecord, Ledger, Served, Violation } from './ledger.ts';

/** A client sees the end of a connection this long after it was ended, at most. */
const seenLateMs = 1_000;

/** Statuses that say that something is away for a while. Anything else is no answer to a fault. */
const statusesOfFaults = new Set([408, 409, 429, 502, 503, 504, 507]);

/**
 * Each call was answered rightly, or ended with a clear error while something was broken that it needs.
 * @param calls those to look at; the ledger's faults tell what was broken when.
 */
export function checkCalls(calls: readonly CallRecord[], faults: readonly FaultRecord[]): Violation[] {
  return calls.flatMap((call) => checkCall(call, faults) ?? []);
}

function checkCall(call: CallRecord, faults: readonly FaultRecord[]): Violation | null {
  const { end } = call;
  const who = `${call.what} to ${call.target}`;
  const seconds = ((call.endedMs - call.sentMs) / 1_000).toFixed(1);
  switch (end.kind) {
    case 'answered':
      return null;
    case 'wrong':
      return { kind: 'wrong answer', text: `${who}: ${end.text}` };
    case 'hung':
      return { kind: 'no answer', text: `${who} had no answer after ${seconds} s` };
    case 'error':
      if (!end.documented || !statusesOfFaults.has(end.status)) {
        return { kind: 'unclear error', text: `${who}: ${end.status} ${end.text}` };
      }
      break;
    case 'closed':
      break;
  }
  if (causeOf(call, faults) !== null) return null;
  const how = end.kind === 'error' ? `${end.status} ${end.text}` : end.text;
  return { kind: 'failure without a cause', text: `${who} failed after ${seconds} s (${how}), and nothing was broken` };
}

/** A fault that explains why a call failed. */
function causeOf(
  call: Pick<CallRecord, 'target' | 'sentMs' | 'endedMs'>,
  faults: readonly FaultRecord[],
): FaultRecord | null {
  const explains = ({ affects, fromMs, toMs }: FaultRecord): boolean =>
    affects.includes(call.target) && fromMs <= call.endedMs && toMs + seenLateMs >= call.sentMs;
  return faults.find(explains) ?? null;
}

/** A version's content never changes, and is what was pushed. @param pushed content by version number. */
export function checkServed(served: readonly Served[], pushed: ReadonlyMap<string, string>): Violation[] {
  const wrong = new Map<string, Violation>();
  for (const { target, version, content } of served) {
    const right = pushed.get(version);
    if (right === content) continue;
    const said = right === undefined ? 'which nobody pushed' : `which was pushed as ${right}`;
    const text = `${target} answered as version ${version}, ${said}, and the content of ${content}`;
    wrong.set(text, { kind: 'wrong answer', text });
  }
  return [...wrong.values()];
}

/** How many calls were answered, and why the others were not. */
export function countEnds(calls: Ledger['calls']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { end } of calls) {
    const name = end.kind === 'error' ? String(end.status) : end.kind;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
