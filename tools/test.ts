import type { Outcome } from './test/count-tests.ts';
import { runSteps } from './test/run-steps.ts';
import { isWanted, steps, type Step } from './test/steps.ts';

// The test door: node tools/test.ts [checks|unit|system|fuzz|containers|cluster|supply]; without a word, all of it.
// The last line of its output is 'N passed, N failed', alone.

async function runStep(step: Step): Promise<Outcome & { line: string }> {
  console.log(`\n── ${step.title}`);
  const startedAt = performance.now();
  const outcome = await outcomeOf(step);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  for (const remark of outcome.remarks) console.log(`  ${step.title}: ${remark}`);
  const counts = outcome.passed + outcome.failed === 0 ? 'done' : `${outcome.passed} passed, ${outcome.failed} failed`;
  return { ...outcome, line: `  ${step.title.padEnd(30)} ${counts.padEnd(26)} ${seconds.padStart(7)} s` };
}

async function outcomeOf(step: Step): Promise<Outcome> {
  try {
    return await step.run();
  } catch (error) {
    // The other steps still have something to say.
    return { passed: 0, failed: 1, remarks: [error instanceof Error ? error.message : String(error)] };
  }
}

const word = process.argv[2];
const wanted = steps.filter((candidate) => isWanted(candidate, word));
const outcomes = await runSteps(wanted, runStep);
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
console.log(`\n── all of it\n${outcomes.map(({ line }) => line).join('\n')}`);
if (outcomes.length === 0) {
  console.log(`There is no part '${word}': write checks, unit, system, fuzz, containers, cluster, supply, or nothing.`);
}
console.log(`\n${passed} passed, ${failed} failed`);
// Nothing proven is not a success.
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
