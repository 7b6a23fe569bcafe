import { lowerProcess } from '@cluster-ai/platform/process/lower-priority.ts';
import type { Program } from './supervise.ts';

/**
 * A program that gives way to those who answer predictions on the same machine, from when it is ready: its start is what
 * somebody waits for.
 */
export function givesWay(program: Program): Program {
  return {
    ...program,
    async untilReady(child, signal) {
      await program.untilReady(child, signal);
      lowerProcess(child.pid);
    },
  };
}
