import type { NameKey } from '../i18n/say.ts';

/** Words for what a signature cannot say; only of the example models, which everybody has. */
interface ModelWords {
  /** Names of the values of one row, by input. */
  readonly fields?: Readonly<Record<string, readonly NameKey[]>>;
  /** Names of the columns of an output, by output. */
  readonly classes?: Readonly<Record<string, readonly string[]>>;
}

const words: Readonly<Record<string, ModelWords>> = {
  iris: {
    fields: { input: ['sepalLength', 'sepalWidth', 'petalLength', 'petalWidth'] },
    classes: { probabilities: ['setosa', 'versicolor', 'virginica'] },
  },
  'silero-vad': { classes: { output: ['speech'] } },
};

export function fieldNames(model: string, input: string): readonly NameKey[] {
  return words[model]?.fields?.[input] ?? [];
}

export function classNames(model: string, output: string): readonly string[] {
  return words[model]?.classes?.[output] ?? [];
}
