import { parseArgs } from 'node:util';
import { measureBesideServing } from './loading/beside-serving.ts';
import { measureCycles } from './loading/cycles.ts';

/** The program behind `make bench-loading`: what loads cost those who are served meanwhile, and what they leave behind. */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, cycles: { type: 'string', default: '500' } },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (Number(values.rounds) > 0) {
  await measureBesideServing({ rounds: Number(values.rounds), quietMs: 10_000, loadingMs: 30_000, say });
}
if (Number(values.cycles) > 0) {
  const { returned, growth } = await measureCycles({ cycles: Number(values.cycles), layers: 5, say });
  if (returned < 0.95 || growth?.some(({ isTooMuch }) => isTooMuch) === true) process.exitCode = 1;
}
