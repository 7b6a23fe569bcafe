import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonProgram } from './run-python-cases.ts';

/** The line of the table that perf_analyzer writes, by the titles of its columns. */
export type PerfRow = Readonly<Record<string, number>>;

export interface PerfRun {
  readonly row: PerfRow;
  /** What it prints for people. */
  readonly output: string;
}

/**
 * Lets perf_analyzer measure a model with one number of concurrent clients.
 * @param args what it is to do, without the file for its table
 * @throws Error with its output when it ended otherwise than well
 */
export async function runPerfAnalyzer(args: readonly string[]): Promise<PerfRun> {
  const program = pythonProgram('perf-analyzer', 'perf_analyzer');
  const folder = mkdtempSync(join(tmpdir(), 'perf-analyzer-'));
  try {
    const peers = join(import.meta.dirname, 'peers');
    const library = ['-shared', '-nostdlib', `-Wl,--version-script=${join(peers, 'no-cuda.map')}`];
    execFileSync('gcc', [...library, '-o', join(folder, 'libcudart.so.12'), join(peers, 'no-cuda.c')]);
    const table = join(folder, 'table.csv');
    const output = await execute(program, [...args, '-f', table], folder);
    return { row: rowOf(readFileSync(table, 'utf8')), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function execute(program: string, args: readonly string[], libraries: string): Promise<string> {
  const options = { timeout: 120_000, maxBuffer: 16 * 2 ** 20, env: { ...process.env, LD_LIBRARY_PATH: libraries } };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(`${stdout}${stderr}`);
      else reject(new Error(`perf_analyzer ended with ${error.code ?? error.signal}:\n${stdout}${stderr}`));
    });
  });
}

function rowOf(table: string): PerfRow {
  const [titles = [], cells = []] = table
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return Object.fromEntries(titles.map((title, column) => [title, Number(cells[column])]));
}
