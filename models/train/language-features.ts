import type { LabelledText } from './language-data.ts';

/** Numbers of characters that are no letters. Padding never occurs inside a feature. */
export const characterIds = { padding: 0, boundary: 1, firstLetter: 2 } as const;

/** What the model counts: runs of one to `lengthMax` characters, as numbers of the alphabet. */
export interface Features {
  /** Letters in lower case; the number of a letter is its index plus `characterIds.firstLetter`. */
  readonly letters: readonly string[];
  /** Runs of characters, by length (index 0: one character), each list in a fixed order. */
  readonly runs: readonly (readonly (readonly number[])[])[];
}

export const runLengthMax = 4;
const LETTER_TEXTS_MIN = 20;

/**
 * Chooses the letters that occur in at least 20 texts, and the `count` runs that occur in most texts.
 * The letters of a word stand between boundaries: space, digits, punctuation, and both ends of the text.
 */
export function chooseFeatures(texts: readonly LabelledText[], count: number): Features {
  const letterTexts = new Map<string, number>();
  for (const { text } of texts) {
    for (const letter of new Set(text.toLowerCase())) letterTexts.set(letter, (letterTexts.get(letter) ?? 0) + 1);
  }
  const letters = [...letterTexts]
    .filter(([letter, found]) => /^\p{Letter}$/u.test(letter) && found >= LETTER_TEXTS_MIN)
    .map(([letter]) => letter)
    .toSorted();
  const runTexts = new Map<string, number>();
  for (const { text } of texts) {
    for (const run of new Set(runsOf(characters(text, letters)))) runTexts.set(run, (runTexts.get(run) ?? 0) + 1);
  }
  const chosen = [...runTexts]
    .toSorted(([left, leftTexts], [right, rightTexts]) => rightTexts - leftTexts || (left < right ? -1 : 1))
    .slice(0, count)
    .map(([run]) => run.split(',').map(Number));
  return {
    letters,
    runs: Array.from({ length: runLengthMax }, (_, index) => chosen.filter((run) => run.length === index + 1)),
  };
}

/** Numbers of the characters of a text between two boundaries: the model puts a space at both ends. */
function characters(text: string, letters: readonly string[]): number[] {
  const { boundary, firstLetter } = characterIds;
  const inside = [...text].map((character) => {
    const index = letters.indexOf(character.toLowerCase());
    return index === -1 ? boundary : index + firstLetter;
  });
  return [boundary, ...inside, boundary];
}

function* runsOf(ids: readonly number[]): Generator<string> {
  for (let length = 1; length <= runLengthMax; length += 1) {
    for (let start = 0; start + length <= ids.length; start += 1) yield ids.slice(start, start + length).join(',');
  }
}

/** One row of the model's features: how often each run occurs, scaled to length 1. Sparse. */
export interface FeatureRow {
  readonly columns: Uint16Array;
  readonly values: Float32Array;
}

/** Computes what the ONNX graph computes, for training. */
export function featurizer({ letters, runs }: Features): (text: string) => FeatureRow {
  const columnOf = new Map(runs.flat().map((run, column) => [run.join(','), column]));
  return (text) => {
    const counts = new Map<number, number>();
    for (const run of runsOf(characters(text, letters))) {
      const column = columnOf.get(run);
      if (column !== undefined) counts.set(column, (counts.get(column) ?? 0) + 1);
    }
    const length = Math.sqrt([...counts.values()].reduce((sum, value) => sum + value * value, 0));
    return {
      columns: Uint16Array.from(counts.keys()),
      values: Float32Array.from(counts.values(), (value) => value / length),
    };
  };
}
