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
 * Few and short inputs that do all that `inputs` did: the shortest come first, and each stays that does something new.
 * What is wrong in itself is no corpus.
 */
export async function reduceCorpus({ target, inputs, known, inputsMax, before }: ReduceOptions): Promise<Uint8Array[]> {
  const coverage = new Coverage();
  coverage.install(false);
  const isNew = async (input: Uint8Array): Promise<boolean> => {
    before(input);
    coverage.begin();
    return (await verdictOf(target, input)) === null && coverage.merge() > 0;
  };
  for (const input of known) await isNew(input);
  const kept: Uint8Array[] = [];
  for (const input of inputs.toSorted((a, b) => a.length - b.length)) {
    if (kept.length < inputsMax && (await isNew(input))) kept.push(input);
  }
  return kept;
}
