import { SeededRandom } from '../../fuzz/engine/random.ts';
import { startBoth } from './both-servers.ts';
import { compare, type Comparison } from './compare.ts';
import { cutAtRandom, makeStream } from './make-stream.ts';
import type { Observed } from './observed.ts';

/** Bytes of which our server took what node:http did not take. */
export interface Finding {
  readonly bytes: string;
  readonly own: Observed;
  readonly node: Observed;
}

export interface DifferentialResult {
  readonly streams: number;
  readonly counts: Readonly<Record<Comparison, number>>;
  /** Requests that both servers saw whole: streams that are refused at their first octet show nothing. */
  readonly sharedRequests: number;
  readonly findings: readonly Finding[];
}

const findingsMax = 10;

/** node:http drops what is pipelined behind it; a case of the corpus tells why ours does not. */
const isKnown = (bytes: Buffer): boolean => /upgrade/i.test(bytes.toString('latin1'));

/**
 * Sends the same made-up bytes to both servers, each in pieces of its own, and compares what became of them.
 * @param seed the same one makes the same streams.
 */
export async function compareServers(seed: number, durationMs: number): Promise<DifferentialResult> {
  const random = new SeededRandom(seed);
  const { own, node } = await startBoth();
  const counts = { same: 0, stricter: 0, later: 0, laxer: 0 };
  const findings: Finding[] = [];
  const endsAtMs = performance.now() + durationMs;
  let streams = 0;
  let sharedRequests = 0;
  while (performance.now() < endsAtMs && findings.length < findingsMax) {
    const bytes = makeStream(random);
    const pieces = [cutAtRandom(random, bytes), cutAtRandom(random, bytes)] as const;
    const [ofOwn, ofNode] = await Promise.all([own.ask(pieces[0]), node.ask(pieces[1])]);
    const comparison = isKnown(bytes) ? 'same' : compare(ofOwn, ofNode);
    counts[comparison] += 1;
    streams += 1;
    sharedRequests += ofOwn.requests.length;
    if (comparison === 'laxer') findings.push({ bytes: bytes.toString('latin1'), own: ofOwn, node: ofNode });
  }
  await own.close();
  await node.close();
  return { streams, counts, sharedRequests, findings };
}

export function textOfResult({ streams, counts, sharedRequests }: DifferentialResult, seed: number): string {
  const { same, stricter, later, laxer } = counts;
  return `${streams} streams: ${same} the same, ${stricter} stricter, ${later} later, ${laxer} laxer; ${sharedRequests} requests were seen whole (SEED=${seed})`;
}
