/** Words for what a signature cannot say; only of the example models, which everybody has. */
interface ModelWords {
  /** Names of the values of one row, by input. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** Names of the columns of an output, by output. */
  readonly classes?: Readonly<Record<string, readonly string[]>>;
}

const words: Readonly<Record<string, ModelWords>> = {
  iris: {
    fields: { input: ['Sepal length, cm', 'Sepal width, cm', 'Petal length, cm', 'Petal width, cm'] },
    classes: { probabilities: ['setosa', 'versicolor', 'virginica'] },
  },
  'silero-vad': { classes: { output: ['speech'] } },
};

export function fieldNames(model: string, input: string): readonly string[] {
  return words[model]?.fields?.[input] ?? [];
}

export function classNames(model: string, output: string): readonly string[] {
  return words[model]?.classes?.[output] ?? [];
}
