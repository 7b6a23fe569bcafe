import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Outcome } from './security-scan/checks/check.ts';
import { runChecks } from './security-scan/checks/run-checks.ts';
import type { Known } from './security-scan/gate/decide.ts';
import { readVex } from './security-scan/gate/vex.ts';
import { readWaivers } from './security-scan/gate/waivers.ts';
import { readOptions, usage, type ScanOptions } from './security-scan/options.ts';
import { describeReport, exits, makeReport } from './security-scan/report/report.ts';
import { toSarif } from './security-scan/report/sarif.ts';

// make security-scan ARGS="--help"

const USAGE_EXIT = 64;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === 'help') {
    console.log(usage);
    return 0;
  }
  const known = await readKnown(options);
  const scratch = await mkdtemp(join(tmpdir(), 'security-scan-'));
  let outcomes: readonly Outcome[];
  try {
    outcomes = await runChecks(options, scratch, process.env);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const report = makeReport(outcomes, known, options.database);
  await mkdir(options.report, { recursive: true });
  await writeFile(join(options.report, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(options.report, 'report.sarif'), `${JSON.stringify(toSarif(report), null, 2)}\n`);
  console.log(describeReport(report));
  console.log(`Written: ${join(options.report, 'report.json')} and report.sarif`);
  return exits[report.outcome];
}

/** What people have said about weaknesses: a broken file is told before anything is scanned. */
async function readKnown({ waivers, vex }: ScanOptions): Promise<Known> {
  const now = new Date();
  const documents = globSync('*.json', { cwd: vex }).toSorted();
  const statements = await Promise.all(
    documents.map(async (name) => readVex(await readFile(join(vex, name), 'utf8'), join(vex, name))),
  );
  return { waivers: readWaivers(await readFile(resolve(waivers), 'utf8'), waivers, now), vex: statements.flat(), now };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // Whatever went wrong, it is neither a pass nor a finding.
  const isOurs = error instanceof ClusterError;
  console.error(isOurs ? `${error.message}${error.fix === undefined ? '' : `\n${error.fix}`}` : error);
  process.exitCode = isOurs && error.code === 'INVALID_ARGUMENT' ? USAGE_EXIT : exits.notJudged;
}
