import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { cpuLatency } from '@cluster-ai/platform/process/cpu-latency.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { repository } from '../../start-platform.ts';
import { addedChart, ratioChart, tailChart } from './charts.ts';
import { benchPage } from './bench-page.ts';
import type { Verdict } from './judge.ts';
import type { Results } from './results.ts';

export const benchmarkFolder = join(repository, 'docs/benchmarks');

export interface RunFacts {
  readonly rounds: number;
  readonly seconds: number;
  /** Programs that wanted a core in the minute before: 0 on a quiet machine. */
  readonly loadBefore: number;
  readonly minutes: number;
  /** Answers under load that were compared. */
  readonly checked: number;
}

/** Where, when and with what was measured. */
export interface Facts extends RunFacts {
  readonly measuredAt: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
}

export interface Report {
  readonly facts: Facts;
  readonly verdicts: readonly Verdict[];
  readonly results: Results;
}

/** @param programs versions of the programs that sent the load. */
export async function factsOf(programs: Readonly<Record<string, string>>, run: RunFacts): Promise<Facts> {
  return {
    measuredAt: new Date().toISOString(),
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${arch()}, ${coresUnderLoad()}`,
    versions: {
      'Cluster AI': await versionIn('package.json'),
      Node: process.versions.node,
      'onnxruntime-node': await versionIn('node_modules/onnxruntime-node/package.json'),
      ...programs,
    },
    ...run,
  };
}

/** A gateway of this run does what this program may do, too. */
function coresUnderLoad(): string {
  const hold = cpuLatency({ setting: 'auto', log: new MemoryLog() });
  return hold === null ? 'cores sleep between requests' : 'cores kept awake by the gateway under load';
}

async function versionIn(path: string): Promise<string> {
  return (JSON.parse(await readFile(join(repository, path), 'utf8')) as { readonly version: string }).version; // A package.json has one.
}

/** Writes the figures for programs and for people. @param flame where the gateway's time went, as SVG. */
export async function writeReport(report: Report, flame: string): Promise<void> {
  const { rows, open } = report.results;
  await mkdir(benchmarkFolder, { recursive: true });
  await writeFile(join(benchmarkFolder, 'latest.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(benchmarkFolder, 'README.md'), benchPage(report, existsSync(join(benchmarkFolder, 'peers.md'))));
  await writeFile(join(benchmarkFolder, 'ratio.svg'), ratioChart(rows));
  await writeFile(join(benchmarkFolder, 'added.svg'), addedChart(rows));
  await writeFile(join(benchmarkFolder, 'tails.svg'), tailChart(open));
  await writeFile(join(benchmarkFolder, 'flame.svg'), flame);
}
