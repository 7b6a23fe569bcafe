import { openSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readInputs, replaceInputs } from './corpus.ts';
import { Coverage } from './coverage.ts';
import { Fuzzer, type Finding } from './fuzzer.ts';
import { writeJournal } from './journal.ts';
import { instrumentOnLoad } from './load-hook.ts';
import type { ChildMessage, ChildOrder } from './orders.ts';
import { reduceCorpus } from './reduce-corpus.ts';
import type { FuzzTarget } from './target.ts';

// One target in a process of its own: node child.ts <order as JSON>. What it finds it tells its parent.

const root = join(import.meta.dirname, '..', '..', '..');
/** Inputs that are kept for a target in the repository at most. */
const keptMax = 120;

const order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder; // Its parent has written it.
const sources = ['apps', 'packages', 'web-dashboard/src', 'tests/fuzz/testdata'];
const loaded = instrumentOnLoad(sources.map((folder) => join(root, folder)));
const coverage = new Coverage();
coverage.install(order.guided);
const { target } = (await import(pathToFileURL(order.targetFile).href)) as { target: FuzzTarget };

const encoder = new TextEncoder();
const toBytes = (text: Uint8Array | string): Uint8Array => (typeof text === 'string' ? encoder.encode(text) : text);
const seeds = target.seeds().map(toBytes);
const corpus = [...seeds, ...order.corpusFolders.flatMap(readInputs)];
const words = [...(target.words ?? []), ...(order.guided ? loaded.literals : [])].map(toBytes);
const journal = openSync(order.journal, 'w');
const before = (input: Uint8Array): void => writeJournal(writeSync, journal, input);
const endsAtMs = performance.now() + order.seconds * 1_000;
const startedAtMs = performance.now();

const result = await new Fuzzer({
  target,
  seed: order.seed,
  corpus,
  words,
  coverage,
  guided: order.guided,
  findingsMax: order.findingsMax,
  isOver: (executions) => executions >= order.runsMax || performance.now() >= endsAtMs,
  before,
  onFinding: ({ name, message, input, executions }: Finding) => {
    send({ kind: 'finding', name, message, executions, input: Buffer.from(input).toString('base64') });
  },
}).run();

const tookMs = performance.now() - startedAtMs;
if (order.keepFolder !== null) {
  const reduced = await reduceCorpus({ target, inputs: result.inputs, known: seeds, inputsMax: keptMax, before });
  replaceInputs(order.keepFolder, reduced);
}
send({
  kind: 'result',
  target: basename(order.targetFile, '.ts'),
  executions: result.executions,
  executionsAtStart: result.executionsAtStart,
  seconds: tookMs / 1_000,
  placesAtStart: result.placesAtStart,
  places: result.places,
  placesInAll: loaded.places,
  outcomesAtStart: result.outcomesAtStart,
  outcomes: result.outcomes,
  inputsAtStart: result.inputsAtStart,
  inputs: result.inputs.length,
  peakMib: process.resourceUsage().maxRSS / 1_024,
});
process.disconnect();

function send(message: ChildMessage): void {
  process.send?.(message);
}
