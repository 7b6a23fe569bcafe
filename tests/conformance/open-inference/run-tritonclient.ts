import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../start-platform.ts';

const python = join(repository, '.tools/python/bin/python');

/** What went wrong in each case; null where nothing did. */
export type CaseResults = Readonly<Record<string, string | null>>;

/** Runs every case of a script under `tritonclient/` against the server, in one Python process. */
export function runTritonclient(script: string, url: string): Promise<CaseResults> {
  if (!existsSync(python)) {
    throw new Error(`${python} is missing: \`make test\` makes it from tests/requirements.txt`);
  }
  const path = join(import.meta.dirname, 'tritonclient', script);
  return new Promise((resolve, reject) => {
    execFile(python, ['-B', path, url], { timeout: 170_000, maxBuffer: 16 * 2 ** 20 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as CaseResults); // The one line that cases.py prints.
      else reject(new Error(`${script} ended with ${error.code ?? error.signal}:\n${stdout}${stderr}`));
    });
  });
}
