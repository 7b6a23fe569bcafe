import type { Step } from './steps.ts';

/** How many of those that may run beside others do so. */
const atOnceMax = 2;

/**
 * Runs steps in their order, one after the other since they share the machine, but for neighbours that may run beside
 * others: those run two at once.
 * @returns what `runStep` said of each, in the order of the steps
 */
export async function runSteps<Result>(
  steps: readonly Step[],
  runStep: (step: Step) => Promise<Result>,
): Promise<Result[]> {
  const results: Promise<Result>[] = [];
  let running: Promise<unknown>[] = [];
  for (const step of steps) {
    const roomFor = step.besideOthers === true ? atOnceMax : 1;
    while (running.length >= roomFor) await Promise.race(running);
    const run = runStep(step).finally(() => {
      running = running.filter((one) => one !== run);
    });
    running.push(run);
    results.push(run);
    if (step.besideOthers !== true) await run;
  }
  return Promise.all(results);
}
