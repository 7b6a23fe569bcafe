import { startBenchGateway } from './gateway.ts';
import { runInProcess, writeModelAndRows } from './in-process.ts';
import { prepareLoad } from './prepared-load.ts';
import type { StartRow } from './results.ts';
import { scenarioOf } from './scenarios.ts';
import { median, rounded } from './statistics.ts';

const starts = 3;
const megabyte = 2 ** 20;

/** Starts gateways with one model each, and looks at their memory after a second of 32 clients. */
export async function measureStarts(folder: string): Promise<StartRow[]> {
  const rows: StartRow[] = [];
  for (const model of ['iris', 'matrix'] as const) {
    const scenario = scenarioOf(model, 'binary');
    await writeModelAndRows(folder, scenario);
    const found: StartRow[] = [];
    for (let start = 1; start <= starts; start += 1) {
      const { outputs, loadMs } = await runInProcess(folder, scenario, 0.05);
      const gateway = await startBenchGateway({ models: [model], variant: 'shared' });
      try {
        const { closed } = await prepareLoad(folder, gateway, scenario, outputs);
        await closed(gateway, 32, 1);
        found.push({ model, coldStartMs: gateway.coldStartMs, memory: gateway.memory(), sessionMs: loadMs });
      } finally {
        await gateway.stop();
      }
    }
    const of = (pick: (row: StartRow) => number): number => rounded(median(found.map(pick)));
    const memory = { rssBytes: of((row) => row.memory.rssBytes), pssBytes: of((row) => row.memory.pssBytes) };
    rows.push({ model, coldStartMs: of((row) => row.coldStartMs), memory, sessionMs: of((row) => row.sessionMs) });
    console.log(
      `${model}: ready after ${of((row) => row.coldStartMs)} ms, ${Math.round(memory.pssBytes / megabyte)} MiB`,
    );
  }
  return rows;
}
