import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeededRandom } from './random.ts';

interface Entry {
  readonly input: Uint8Array;
  picks: number;
}

/** Inputs from which others are made: each of them did something that none before it did. */
export class Corpus {
  private readonly entries: Entry[] = [];
  private readonly all: Uint8Array[] = [];

  add(input: Uint8Array): void {
    this.entries.push({ input, picks: 0 });
    this.all.push(input);
  }

  get inputs(): readonly Uint8Array[] {
    return this.all;
  }

  /** One that was not picked often, and rather a short one. */
  pick(random: SeededRandom): Uint8Array {
    let best = random.pick(this.entries);
    for (let rival = 1; rival < 3; rival += 1) {
      const other = random.pick(this.entries);
      if (costOf(other) < costOf(best)) best = other;
    }
    best.picks += 1;
    return best.input;
  }
}

function costOf({ input, picks }: Entry): number {
  return (picks + 1) * (64 + input.length);
}

/** The name of an input's file: what it holds decides. */
function inputName(input: Uint8Array): string {
  return createHash('sha256').update(input).digest('hex').slice(0, 16);
}

/** The inputs in a folder, shortest first; none when there is no such folder. */
export function readInputs(folder: string): Uint8Array[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /^[0-9a-f]{16}$/.test(name));
  return names
    .toSorted()
    .map((name) => readInput(join(folder, name)))
    .toSorted((a, b) => a.length - b.length);
}

/** The input in a file. */
export function readInput(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

/** Writes an input under its name. @returns the path. */
export function writeInput(folder: string, input: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, inputName(input));
  writeFileSync(path, input);
  return path;
}

/** Makes the folder hold these inputs and no others. */
export function replaceInputs(folder: string, inputs: readonly Uint8Array[]): void {
  rmSync(folder, { recursive: true, force: true });
  for (const input of inputs) writeInput(folder, input);
}
