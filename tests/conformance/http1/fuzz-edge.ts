import { parseArgs } from 'node:util';
import { compareServers, textOfResult } from './differential.ts';

// The door of `make fuzz-edge`: node tests/conformance/http1/fuzz-edge.ts [--minutes 60] [--seed N].
// The last line of its output is 'N passed, N failed', alone: streams.

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string', default: '' } },
});

const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes: '${values.minutes}' is not a number of minutes`);
let seed = values.seed === '' ? Date.now() % 1_000_000 : Number(values.seed);
if (!Number.isInteger(seed)) throw new Error(`--seed: '${values.seed}' is not a whole number`);

let passed = 0;
let failed = 0;
for (let left = Math.ceil(minutes); left > 0 && failed === 0; left -= 1) {
  const result = await compareServers(seed, Math.min(1, minutes) * 60_000);
  console.log(textOfResult(result, seed));
  for (const finding of result.findings) console.log(JSON.stringify(finding, null, 2));
  passed += result.streams - result.findings.length;
  failed += result.findings.length;
  seed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
