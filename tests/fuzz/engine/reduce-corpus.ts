import { Coverage } from './coverage.ts';
import { verdictOf, type FuzzTarget } from './target.ts';

export interface ReduceOptions {
  readonly target: FuzzTarget;
  readonly inputs: readonly Uint8Array[];
  /** Inputs that are there in any case: what they do need not be kept again. */
  readonly known: readonly Uint8Array[];
  readonly inputsMax: number;
  /** Hears of each input before it is run. */
  readonly before: (input: Uint8Array) => void;
}

/**
 * Few and short inputs that do all that `inputs` did: the shortest come first, and each stays that does something new. When
 * there are too many, those that alone reach a place go before those that only pass it more often. What is wrong in itself
 * is no corpus.
 */
export async function reduceCorpus(options: ReduceOptions): Promise<Uint8Array[]> {
  const shortest = options.inputs.toSorted((a, b) => a.length - b.length);
  const reaching = await keepWhere(options, [], shortest, ({ firsts }) => firsts);
  const others = shortest.filter((input) => !reaching.includes(input));
  const adding = await keepWhere(options, reaching, others, ({ outcomes }) => outcomes);
  return [...reaching, ...adding].toSorted((a, b) => a.length - b.length);
}

/** Those of `inputs` that raise a figure, as far as there is room beside those that are kept already. */
async function keepWhere(
  { target, known, inputsMax, before }: ReduceOptions,
  kept: readonly Uint8Array[],
  inputs: readonly Uint8Array[],
  figureOf: (coverage: Coverage) => number,
): Promise<Uint8Array[]> {
  const coverage = new Coverage();
  coverage.install(false);
  const raises = async (input: Uint8Array): Promise<boolean> => {
    before(input);
    coverage.begin();
    const figure = figureOf(coverage);
    if ((await verdictOf(target, input)) !== null) return false;
    coverage.merge();
    return figureOf(coverage) > figure;
  };
  for (const input of [...known, ...kept]) await raises(input);
  const more: Uint8Array[] = [];
  for (const input of inputs) if (kept.length + more.length < inputsMax && (await raises(input))) more.push(input);
  return more;
}
