import { stringify } from 'yaml';
import type { OutputFormat } from './format.ts';

/** Writes data to stdout: as it is for `json` and `yaml`, as `table()` words it for people. */
export function print(format: OutputFormat, data: unknown, table: () => string): void {
  if (format === 'json') process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
  else if (format === 'yaml') process.stdout.write(stringify(data));
  else process.stdout.write(`${table()}\n`);
}
