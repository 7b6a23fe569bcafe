import { join } from 'node:path';
import type { TrueOutputs } from '../bench/answers.ts';
import { scenarioOf } from '../bench/scenarios.ts';
import type { LoadPoint } from '../bench/statistics.ts';
import { runWrk, writeWrkScriptOf } from '../bench/wrk.ts';
import { checkedPeerAnswers, peerRequest } from './ask-peer.ts';
import { peerModels, type PeerModel } from './peers.ts';
import type { RunningServer } from './server.ts';

/** One model as it was sent to one server, over the numbers of clients. */
export interface PeerCurve {
  readonly server: string;
  readonly model: PeerModel;
  readonly wire: 'JSON' | 'binary';
  readonly points: readonly (LoadPoint & { readonly p50Ms: number })[];
}

/** One server in one round. */
export interface PeerRound {
  readonly server: string;
  readonly coldStartMs: number;
  readonly pssBytes: number;
  readonly rssBytes: number;
  readonly curves: readonly PeerCurve[];
  readonly checked: number;
}

export interface ServerLoads {
  readonly folder: string;
  readonly clientCounts: readonly number[];
  readonly seconds: number;
  readonly truth: ReadonlyMap<PeerModel, TrueOutputs>;
}

/** Sends a running server all its loads. @throws Error for the first wrong answer. */
export async function measureServer(name: string, server: RunningServer, loads: ServerLoads): Promise<PeerRound> {
  const curves: PeerCurve[] = [];
  let checked = 0;
  for (const model of peerModels) {
    for (const wire of server.wires(model)) {
      const scenario = scenarioOf(model, wire);
      const path = server.path(model);
      const answers = await checkedPeerAnswers(server.url, path, scenario, loads.truth.get(model) ?? []);
      const requests = scenario.rows.map((_row, index) => peerRequest(path, scenario, index));
      const script = await writeWrkScriptOf(join(loads.folder, `${name}.lua`), requests, answers);
      const load = { url: server.url, script, core: null };
      await runWrk({ ...load, clients: 8, seconds: 1 });
      const points: PeerCurve['points'][number][] = [];
      for (const clients of loads.clientCounts) {
        const {
          requestsPerSecond,
          p50Ms,
          p99Ms,
          checked: compared,
        } = await runWrk({ ...load, clients, seconds: loads.seconds });
        points.push({ clients, requestsPerSecond, p50Ms, p99Ms });
        checked += compared;
        console.log(
          `${name}: ${model} (${wire}), ${clients} clients: ${Math.round(requestsPerSecond)}/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms`,
        );
      }
      await checkedPeerAnswers(server.url, path, scenario, loads.truth.get(model) ?? []);
      curves.push({ server: name, model, wire, points });
    }
  }
  return { server: name, coldStartMs: server.coldStartMs, ...server.memory(), curves, checked };
}
