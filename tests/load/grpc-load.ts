import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { callFramed, framed, type GrpcLoad } from './bench/grpc-load.ts';
import type { LoadResult } from './bench/wrk.ts';

/**
 * Sends ModelInfer over and over: each client on a connection of its own, one call after the other, and compares each
 * answer. Arguments: URL, file with requests and answers, clients, seconds. Prints a LoadResult as JSON.
 */
const [url = '', file = '', clientsText = '', secondsText = ''] = process.argv.slice(2);
const load = JSON.parse(readFileSync(file, 'utf8')) as GrpcLoad; // bench/grpc-load.ts wrote it.
const bytesOf = (text: string): Buffer => framed(Buffer.from(text, 'base64'));
const pairs = load.requests.map((request, index) => ({
  request: bytesOf(request),
  answer: bytesOf(load.answers[index] ?? ''),
}));
const latenciesMs: number[] = [];
const startedAtMs = performance.now();
const endsAtMs = startedAtMs + Number(secondsText) * 1_000;

async function client(first: number): Promise<void> {
  const session = connect(url);
  for (let turn = first; performance.now() < endsAtMs; turn += 1) {
    const pair = pairs[turn % pairs.length];
    if (pair === undefined) throw new Error('there is no request');
    const sentAtMs = performance.now();
    const found = await callFramed(session, pair.request);
    latenciesMs.push(performance.now() - sentAtMs);
    if (found.equals(pair.answer)) continue;
    throw new Error(`under load the answer to request ${turn % pairs.length} was wrong`);
  }
  session.close();
}

await Promise.all(Array.from({ length: Number(clientsText) }, (_value, index) => client(index)));
const elapsedMs = performance.now() - startedAtMs;
const sorted = latenciesMs.toSorted((left, right) => left - right);
const percentile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
const result: LoadResult = {
  requests: sorted.length,
  requestsPerSecond: (sorted.length * 1_000) / elapsedMs,
  p50Ms: percentile(0.5),
  p99Ms: percentile(0.99),
  checked: sorted.length,
};
process.stdout.write(JSON.stringify(result));
