import { objectiveMsMax, objectiveParameter, readObjective } from '@cluster-ai/core/batching/latency-objective.ts';
import type { Findings } from './findings.ts';

/** Puts a latency objective on record that is none. @param place of the parameters in the file. */
export function checkObjective(parameters: Readonly<Record<string, string>>, place: string, findings: Findings): void {
  if (readObjective(parameters) !== undefined) return;
  findings.refuse(
    place,
    `${objectiveParameter} is ${JSON.stringify(parameters[objectiveParameter])}`,
    `write milliseconds from 0 to ${objectiveMsMax}; 0 means no objective`,
  );
}
