import { SeededRandom } from '../../fuzz/engine/random.ts';
import { startBoth, type WatchedServer } from './both-servers.ts';
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
const triesMax = 3;

/** node:http drops what is pipelined behind it; a case of the corpus tells why ours does not. */
const isKnown = (bytes: Buffer): boolean => /upgrade/i.test(bytes.toString('latin1'));

/** One stream, and the pieces in which each server gets it. */
interface Sent {
  readonly bytes: Buffer;
  readonly pieces: readonly [own: readonly Buffer[], node: readonly Buffer[]];
}

/**
 * Sends the same made-up bytes to both servers, each in pieces of its own, and compares what became of them.
 * @param seed the same one makes the same streams.
 */
export function compareServers(seed: number, durationMs: number): Promise<DifferentialResult> {
  return compareAll(madeUp(new SeededRandom(seed), performance.now() + durationMs));
}

/** The same with streams that are given, each whole. */
export function compareStreams(streams: Iterable<Buffer>): Promise<DifferentialResult> {
  return compareAll(Iterator.from(streams).map((bytes) => ({ bytes, pieces: [[bytes], [bytes]] })));
}

function* madeUp(random: SeededRandom, endsAtMs: number): Generator<Sent> {
  while (performance.now() < endsAtMs) {
    const bytes = makeStream(random);
    yield { bytes, pieces: [cutAtRandom(random, bytes), cutAtRandom(random, bytes)] };
  }
}

async function compareAll(sent: Iterable<Sent>): Promise<DifferentialResult> {
  const { own, node } = await startBoth();
  const counts = { same: 0, stricter: 0, later: 0, laxer: 0 };
  const findings: Finding[] = [];
  let streams = 0;
  let sharedRequests = 0;
  for (const { bytes, pieces } of sent) {
    const [ofOwn, ofNode] = await askBoth(own, node, pieces);
    const comparison = isKnown(bytes) ? 'same' : compare(ofOwn, ofNode);
    counts[comparison] += 1;
    streams += 1;
    sharedRequests += ofOwn.requests.length;
    if (comparison === 'laxer') findings.push({ bytes: bytes.toString('latin1'), own: ofOwn, node: ofNode });
    if (findings.length >= findingsMax) break;
  }
  await own.close();
  await node.close();
  return { streams, counts, sharedRequests, findings };
}

/** When neither server ends a connection, this process was held up for as long as they are waited for: they are asked again. */
async function askBoth(own: WatchedServer, node: WatchedServer, pieces: Sent['pieces']): Promise<[Observed, Observed]> {
  const ask = (): Promise<[Observed, Observed]> => Promise.all([own.ask(pieces[0]), node.ask(pieces[1])]);
  let observed = await ask();
  for (let tries = 1; tries < triesMax && observed.every(({ ended }) => !ended); tries += 1) observed = await ask();
  return observed;
}

/** @param seed of made-up streams. */
export function textOfResult({ streams, counts, sharedRequests }: DifferentialResult, seed?: number): string {
  const { same, stricter, later, laxer } = counts;
  const repeat = seed === undefined ? '' : ` (SEED=${seed})`;
  return `${streams} streams: ${same} the same, ${stricter} stricter, ${later} later, ${laxer} laxer; ${sharedRequests} requests were seen whole${repeat}`;
}
