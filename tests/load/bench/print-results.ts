import type { Verdict } from './judge.ts';
import type { Measurement, Results } from './results.ts';
import { aligned, loadTable, openTable, serverTable, startTable, verdictTable } from './tables.ts';

export function describe({ model, wire, variant, clients, load, inProcess, cpuUs }: Measurement): string {
  const { requestsPerSecond, p50Ms, p99Ms } = load;
  const { runsPerSecond, cpuUsPerRun } = inProcess.publicRun;
  const ratio = (requestsPerSecond / runsPerSecond).toPrecision(2);
  return `${model} (${wire}, ${variant}), ${clients} clients: ${Math.round(requestsPerSecond)}/s = ${ratio} x ${Math.round(runsPerSecond)}/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, CPU ${cpuUs.toFixed(1)} µs against ${cpuUsPerRun.toFixed(1)} µs`;
}

export function printResults(results: Results, verdicts: readonly Verdict[]): void {
  const { rows, open, edges, wholePaths, starts, observation } = results;
  const tables = [
    loadTable(rows),
    openTable(open),
    serverTable(edges, wholePaths),
    startTable(starts),
    verdictTable(verdicts),
  ];
  for (const table of tables) console.log(`\n${aligned(table)}`);
  console.log(
    `\nshare of the gateway's busy time in telemetry: ${percent(observation.share)} (profile of ${observation.busySeconds.toFixed(1)} busy seconds)`,
  );
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
