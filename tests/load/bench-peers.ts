import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { TrueOutputs } from './bench/answers.ts';
import { runInProcess, writeModelAndRows } from './bench/in-process.ts';
import { scenarioOf } from './bench/scenarios.ts';
import { aligned } from './bench/tables.ts';
import { requireWrk } from './bench/wrk.ts';
import { factsOf } from './bench/write-report.ts';
import { compare, footprints, ours } from './peers/compare.ts';
import { installPeer } from './peers/install-peer.ts';
import { measureServer, type PeerRound } from './peers/measure-server.ts';
import { comparisonTable, footprintTable, writePeersReport } from './peers/peers-page.ts';
import { peerModels, peers, type Peer, type PeerModel } from './peers/peers.ts';
import { startOurs } from './peers/start-ours.ts';
import { startPeer } from './peers/start-peer.ts';

// Measures every server for models that PyPI has beside this one, in interleaved rounds, and writes docs/benchmarks/peers.md.
// make bench-peers [ARGS="--only mlserver,litserve --rounds 5 --seconds 3 --dry"]
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '1,8,32,128' },
    dry: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const clientCounts = values.clients.split(',').map(Number);
const only = values.only?.split(',');
const unknown = only?.filter((name) => !peers.some((peer) => peer.name === name)) ?? [];
if (unknown.length > 0) {
  throw new Error(`no server is called ${unknown.join(', ')}: there are ${peers.map(({ name }) => name).join(', ')}`);
}

const absent: { server: string; problem: string }[] = [];

async function installed(): Promise<Peer[]> {
  const found: Peer[] = [];
  for (const peer of peers.filter(({ name }) => only === undefined || only.includes(name))) {
    const problem = await installPeer(peer);
    if (problem === null) found.push(peer);
    else absent.push({ server: peer.title, problem });
  }
  return found;
}

async function truthOf(folder: string): Promise<Map<PeerModel, TrueOutputs>> {
  const truth = new Map<PeerModel, TrueOutputs>();
  for (const model of peerModels) {
    const scenario = scenarioOf(model, 'JSON');
    await writeModelAndRows(folder, scenario);
    truth.set(model, (await runInProcess(folder, scenario, 0.05)).outputs);
  }
  return truth;
}

async function measure(folder: string, found: readonly Peer[]): Promise<Map<string, PeerRound[]>> {
  const loads = { folder, clientCounts, seconds, truth: await truthOf(folder) };
  const results = new Map<string, PeerRound[]>();
  for (let round = 1; round <= rounds; round += 1) {
    const servers = [
      { title: ours, start: startOurs },
      ...found.map((peer) => ({ title: peer.title, start: () => startPeer(peer) })),
    ];
    for (const { title, start } of servers) {
      if (absent.some(({ server }) => server === title)) continue;
      console.log(`round ${round}/${rounds}: ${title} ...`);
      try {
        const server = await start();
        try {
          results.set(title, [...(results.get(title) ?? []), await measureServer(title, server, loads)]);
        } finally {
          await server.stop();
        }
      } catch (error) {
        if (title === ours) throw error;
        // One that does not run, or answers wrongly, is named with its error and leaves the comparison.
        absent.push({
          server: title,
          problem: error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error),
        });
        results.delete(title);
        console.log(`${title} leaves: ${String(error)}`);
      }
    }
  }
  return results;
}

const [loadBefore = 0] = loadavg();
const programs = { wrk: requireWrk() };
const startedAtMs = performance.now();
const folder = await mkdtemp(join(tmpdir(), 'cluster-ai-peers-'));
try {
  const results = await measure(folder, await installed());
  const comparisons = compare(results);
  const feet = footprints(results);
  for (const table of [comparisonTable(comparisons), footprintTable(feet)]) console.log(`\n${aligned(table)}`);
  for (const { server, problem } of absent) console.log(`not measured: ${server}: ${problem}`);
  const all = [...results.values()].flat();
  const checked = all.reduce((sum, round) => sum + round.checked, 0);
  const minutes = (performance.now() - startedAtMs) / 60_000;
  console.log(`\n${minutes.toFixed(1)} minutes`);
  const facts = await factsOf(programs, { rounds, seconds, loadBefore, minutes, checked });
  if (!values.dry) await writePeersReport({ facts, clientCounts, comparisons, footprints: feet, absent, rounds: all });
} finally {
  await rm(folder, { recursive: true, force: true });
}
