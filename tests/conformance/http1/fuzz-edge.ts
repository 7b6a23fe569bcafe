import { parseArgs } from 'node:util';
import { compareServers, compareStreams, textOfResult, type DifferentialResult } from './differential.ts';
import { insertedOctets, replacedOctets, rightStreams, targetOctets } from './every-octet.ts';

// The door of `make fuzz-edge`: node tests/conformance/http1/fuzz-edge.ts [--minutes 60] [--seed N].
// First every octet in every place of some requests, two or three minutes; then streams that are made up.
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
function count(result: DifferentialResult): void {
  for (const finding of result.findings) console.log(JSON.stringify(finding, null, 2));
  passed += result.streams - result.findings.length;
  failed += result.findings.length;
}

for (const [name, octets] of [
  ['targets', targetOctets()],
  ...Object.entries(rightStreams).flatMap(([stream, text]) => [
    [`${stream}, one octet replaced`, replacedOctets(text)] as const,
    [`${stream}, one octet more`, insertedOctets(text)] as const,
  ]),
] as const) {
  const result = await compareStreams(octets);
  console.log(`${name}: ${textOfResult(result)}`);
  count(result);
}
for (let left = Math.ceil(minutes); left > 0 && failed === 0; left -= 1) {
  const result = await compareServers(seed, Math.min(1, minutes) * 60_000);
  console.log(textOfResult(result, seed));
  count(result);
  seed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
