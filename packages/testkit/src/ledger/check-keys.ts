import type { FaultRecord, KeyProbe, Violation, WriteRecord } from './ledger.ts';

/** As the API promises: a gateway that is connected refuses a key this long after its revocation at most. */
const revokedWithinMs = 2_000;

/**
 * Revoked keys were refused in time: within two seconds, or two seconds after the gateway's way to the control plane was
 * whole again; and a gateway that has refused a key that it knew never accepts it again, whatever happens to it. (One
 * that is behind refuses a key because it does not know it yet.)
 * @param revocations writes whose resource is `key <name>`.
 */
export function checkKeys(
  probes: readonly KeyProbe[],
  revocations: readonly WriteRecord[],
  faults: readonly FaultRecord[],
): Violation[] {
  return revocations
    .filter(({ outcome }) => outcome === 'acknowledged')
    .flatMap((revocation) => {
      const own = probes.filter(({ key }) => revocation.resource === `key ${key}`);
      return [...new Set(own.map(({ target }) => target))].flatMap((target) => {
        const there = own.filter((probe) => probe.target === target);
        return checkAtGateway(there, revocation, faults) ?? [];
      });
    });
}

function checkAtGateway(
  probes: readonly KeyProbe[],
  { endedMs: revokedMs, resource, startedMs }: WriteRecord,
  faults: readonly FaultRecord[],
): Violation | null {
  const accepted = probes.filter((probe) => probe.accepted && probe.sentMs > revokedMs);
  const target = probes[0]?.target ?? '';
  const knownMs = probes.find((probe) => probe.accepted)?.endedMs ?? Number.POSITIVE_INFINITY;
  const refused = probes.find((probe) => !probe.accepted && probe.sentMs >= Math.max(startedMs, knownMs));
  const again = accepted.find(({ sentMs }) => refused !== undefined && sentMs > refused.endedMs);
  if (again !== undefined) {
    const lateMs = Math.round(again.sentMs - revokedMs);
    const text = `${target} accepted ${resource} again after it had refused it, ${lateMs} ms after its revocation`;
    return { kind: 'revoked key accepted', text };
  }
  const latest = accepted.toSorted((left, right) => left.sentMs - right.sentMs).at(-1);
  if (latest === undefined) return null;
  const boundMs = wholeAgainMs(revokedMs, target, faults) + revokedWithinMs;
  if (latest.sentMs <= boundMs) return null;
  const lateMs = Math.round(latest.sentMs - revokedMs);
  return { kind: 'revoked key accepted', text: `${target} accepted ${resource} ${lateMs} ms after its revocation` };
}

/** When the gateway could know: the way of snapshots was whole from then on for as long as that takes. */
function wholeAgainMs(fromMs: number, target: string, faults: readonly FaultRecord[]): number {
  const own = faults
    .filter(({ affects }) => affects.includes(`feed:${target}`))
    .toSorted((left, right) => left.fromMs - right.fromMs);
  let wholeMs = fromMs;
  for (const fault of own) {
    if (fault.fromMs <= wholeMs + revokedWithinMs && fault.toMs > wholeMs) wholeMs = fault.toMs;
  }
  return wholeMs;
}
