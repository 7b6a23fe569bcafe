import { lowerProcess } from '@cluster-ai/platform/process/lower-priority.ts';
import type { Program } from './supervise.ts';

/**
 * A third of what a program of the usual priority gets (weights 335 and 1024). A tenth was too little: where others wanted
 * more than all of the cores, calls waited for so long that they were refused.
 */
const niceness = 5;

/**
 * A program that gives way to those who answer predictions on the same machine, from when it is ready: its start is what
 * somebody waits for.
 */
export function givesWay(program: Program): Program {
  return {
    ...program,
    async untilReady(child, signal) {
      await program.untilReady(child, signal);
      lowerProcess(child.pid, niceness);
    },
  };
}
