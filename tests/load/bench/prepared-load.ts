import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkedAnswers, type TrueOutputs } from './answers.ts';
import { modelInferPath } from './call-grpc.ts';
import { runCheckingLoad, writeStoredLoad, type CheckedLoad } from './checking-load.ts';
import type { BenchGateway } from './gateway.ts';
import { framed } from './grpc-load-connection.ts';
import { timeH2load, type H2load } from './h2load.ts';
import { fileStem, grpcRequest, type Scenario } from './scenarios.ts';
import { runWrk, writeWrkScript, type LoadResult } from './wrk.ts';

/** A scenario whose answers are known, ready to be sent to a gateway. */
export interface PreparedLoad {
  readonly scenario: Scenario;
  /**
   * So many clients, each of which asks again when it was answered: by wrk over HTTP, by our own client over gRPC; one client
   * over gRPC by h2load, because the answer to one is waited for together with the client's own work, and h2load has less.
   */
  readonly closed: (gateway: BenchGateway, clients: number, seconds: number) => Promise<LoadResult>;
  /** Requests when they are due, or, without a rate, as above; by our own client. */
  readonly open: (gateway: BenchGateway, ratePerSecond: number | null, seconds: number) => Promise<CheckedLoad>;
  /** Compares every answer with ONNX Runtime's, number by number, and with the bytes that are expected under load. */
  readonly check: (gateway: BenchGateway) => Promise<void>;
}

/** Clients of a load that does not wait, at most. */
const openConnections = 256;

/** Asks a gateway every request of a scenario, and writes down what is sent and what must be answered. */
export async function prepareLoad(
  folder: string,
  gateway: BenchGateway,
  scenario: Scenario,
  outputs: TrueOutputs,
): Promise<PreparedLoad> {
  const answers = await checkedAnswers(gateway, scenario, outputs);
  const file = await writeStoredLoad(folder, scenario, answers);
  const script = scenario.wire === 'gRPC' ? null : await writeWrkScript(folder, scenario, answers);
  const h2load = scenario.wire === 'gRPC' ? await oneClient(folder, scenario, answers) : null;
  const urlOf = ({ url, grpcUrl }: BenchGateway): string => (scenario.wire === 'gRPC' ? grpcUrl : url);
  return {
    scenario,
    closed: (to, clients, seconds) => {
      const url = urlOf(to);
      if (h2load !== null && clients === 1) {
        return timeH2load({ ...h2load, url, seconds }, `${h2load.bodyFile}.log`, null);
      }
      if (script !== null) return runWrk({ url, script, clients, seconds, core: null });
      return runCheckingLoad({ url, file, connections: clients, seconds, ratePerSecond: null }, null);
    },
    open: (to, ratePerSecond, seconds) =>
      runCheckingLoad({ url: urlOf(to), file, connections: openConnections, seconds, ratePerSecond }, null),
    check: async (to) => {
      const found = await checkedAnswers(to, scenario, outputs);
      const other = found.findIndex((bytes, index) => answers[index]?.equals(bytes) !== true);
      if (other >= 0) throw new Error(`two gateways answer request ${other} of ${scenario.model} with other bytes`);
    },
  };
}

/** h2load sends one request again and again, and its answers are held against the length of the right one. */
async function oneClient(
  folder: string,
  scenario: Scenario,
  [answer]: readonly Buffer[],
): Promise<Omit<H2load, 'url' | 'seconds'>> {
  if (answer === undefined) throw new Error(`${scenario.model} has no answer`);
  const bodyFile = join(folder, `${fileStem(scenario)}.call`);
  await writeFile(bodyFile, framed(grpcRequest(scenario, 0)));
  return { path: modelInferPath, bodyFile, answerBytes: framed(answer).byteLength, connections: 1, streams: 1 };
}
