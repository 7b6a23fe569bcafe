import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countTests, type Outcome, type VitestReport } from './count-tests.ts';

/** Runs one project of vitest.config.ts, with its output shown as it comes. */
export function runVitest(root: string, project: string, files: string): Outcome {
  if (globSync(files, { cwd: root, exclude: ['**/node_modules/**'] }).length === 0) {
    return { passed: 0, failed: 0, remarks: [`there are no ${project} tests (${files})`] };
  }
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-report-'));
  const path = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${path}`];
  try {
    const { status } = spawnSync('vitest', ['run', '--project', project, ...reporters], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      // In a log, vitest would write the colours of a terminal when it sees CI.
      env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' },
    });
    // vitest wrote it; countTests reads no more of it than the type says.
    const report = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as VitestReport) : undefined;
    return countTests(report, status);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
