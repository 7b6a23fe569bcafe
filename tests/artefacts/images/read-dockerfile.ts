import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../start-platform.ts';

export interface Instruction {
  /** In capitals. */
  readonly word: string;
  readonly rest: string;
}

export interface Stage {
  readonly base: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** What stands before the first FROM. */
  readonly head: readonly Instruction[];
  readonly stages: readonly Stage[];
}

/** Reads a Dockerfile as far as ours go: comments, continued lines, stages. */
export function readDockerfile(path: string): Dockerfile {
  const text = readFileSync(join(repository, path), 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '');
  const instructions = Array.from(text.matchAll(/^([A-Z]+) ?(.*)$/gm), ([, word = '', rest = '']) => ({ word, rest }));
  const head: Instruction[] = [];
  const stages: { base: string; name: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.word === 'FROM') {
      const { base = '', name = '' } =
        /^(?:--platform=\S+ )?(?<base>\S+) AS (?<name>\S+)$/.exec(instruction.rest)?.groups ?? {};
      stages.push({ base, name, instructions: [] });
    } else {
      (stages.at(-1)?.instructions ?? head).push(instruction);
    }
  }
  return { head, stages };
}

/** All of one word in a stage, in order. */
export const allOf = (stage: Stage | undefined, word: string): string[] =>
  (stage?.instructions ?? []).filter((instruction) => instruction.word === word).map(({ rest }) => rest);
