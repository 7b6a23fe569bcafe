import { ClusterError } from '@cluster-ai/core/errors.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { splitRows } from '@cluster-ai/core/tensors/rows.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { LoadedModel } from '@cluster-ai/runtimes/runtime.ts';
import { rowsEqual } from '@cluster-ai/core/tensors/rows-equal.ts';
import { rowsThatPay } from './rows-that-pay.ts';
import { hasBatchDimension } from './warm-up.ts';
import { synthesizeInputs } from '@cluster-ai/core/tensors/synthesize-inputs.ts';

/** Time that one merged run may take in the trial, milliseconds; slower models are merged in smaller batches. */
const mergedRunMsMax = 1_000;

export interface MergeVerdict {
  /** Rows that may be merged; 0 for none. */
  readonly rowsMax: number;
  /** Why they may not be merged; empty when they may. */
  readonly reason: string;
}

/** The batch that is wished for. */
export interface RowsWish {
  readonly rowsMax: number;
  /** Somebody has asked for it; otherwise it may be smaller where more brings nothing. */
  readonly rowsAreAsked: boolean;
}

/**
 * Finds out whether merging requests changes their answers, by running the model both ways on the same random inputs.
 * @param size of the dynamic dimensions past the first.
 */
export async function tryMerging(
  model: LoadedModel,
  size: number,
  { rowsMax, rowsAreAsked }: RowsWish,
): Promise<MergeVerdict> {
  const fixed = fixedDimension(model);
  if (rowsMax < 2) return apart('merging is switched off');
  if (fixed !== null) return apart(`dimension 0 of ${fixed} is fixed`);
  const random = seededRandom(2);
  const single = synthesizeInputs(model.signature, { rows: 1, size }, random);
  if (single === null) return apart('one row is too large to try it');
  const startedMs = performance.now();
  const [first, second] = [await model.execute(single, []), await model.execute(single, [])];
  const runMs = (performance.now() - startedMs) / 2;
  if (!allEqual(first, second)) return apart('the same input gives different outputs');
  const affordable = Math.min(rowsMax, Math.floor(mergedRunMsMax / Math.max(runMs, 0.001)), rowsThatFit(single));
  if (affordable < 2) return apart(`one row takes ${Math.round(runMs)} ms or is too large to try it`);
  const refusal = await firstDifference(model, size, trials(2));
  if (refusal !== null) return apart(refusal);
  const worthwhile = rowsAreAsked ? affordable : await rowsThatPay(affordable, (rows) => timeOf(model, size, rows));
  const difference = await firstDifference(model, size, trials(worthwhile));
  return difference === null ? { rowsMax: worthwhile, reason: '' } : apart(difference);
}

/** Of one run, milliseconds: the shorter of two, because others may have taken the core meanwhile. */
async function timeOf(model: LoadedModel, size: number, rows: number): Promise<number> {
  const inputs = synthesizeInputs(model.signature, { rows, size }, seededRandom(rows));
  if (inputs === null) return Infinity;
  let shortestMs = Infinity;
  try {
    for (let run = 0; run < 2; run += 1) {
      const startedMs = performance.now();
      await model.execute(inputs, []);
      shortestMs = Math.min(shortestMs, performance.now() - startedMs);
    }
  } catch (error) {
    // So many rows are refused: fewer may be taken.
    if (!(error instanceof ClusterError)) throw error;
    return Infinity;
  }
  return shortestMs;
}

async function firstDifference(
  model: LoadedModel,
  size: number,
  batches: readonly (readonly number[])[],
): Promise<string | null> {
  for (const pieces of batches) {
    const difference = await compare(model, size, pieces);
    if (difference !== null) return difference;
  }
  return null;
}

function apart(why: string): MergeVerdict {
  return { rowsMax: 0, reason: `requests are not merged: ${why}` };
}

function fixedDimension({ signature }: LoadedModel): string | null {
  if (hasBatchDimension(signature)) return null;
  const input = signature.inputs.find(({ shape }) => shape[0] !== -1);
  if (input !== undefined) return `input '${input.name}'`;
  const output = signature.outputs.find(({ shape }) => shape[0] !== -1);
  return output === undefined ? 'the model, which has no inputs,' : `output '${output.name}'`;
}

function rowsThatFit(single: readonly Tensor[]): number {
  const rowBytes = single.reduce((sum, tensor) => sum + tensor.data.byteLength, 0);
  // BYTES elements count by their encoded size here and by one byte there: half leaves room for both.
  return Math.floor((32 * 2 ** 20) / Math.max(rowBytes, 1));
}

/** Rows of the requests of each merged run: the smallest batch, unequal requests, and the largest batch. */
function trials(rowsMax: number): number[][] {
  if (rowsMax === 2) return [[1, 1]];
  const half = Math.floor(rowsMax / 2);
  return [
    [1, 1],
    [1, 2, 3],
    [1, half, rowsMax - half - 1],
  ]
    .map((pieces) => pieces.filter((rows) => rows > 0))
    .filter((pieces) => pieces.length > 1 && pieces.reduce((sum, rows) => sum + rows, 0) <= rowsMax);
}

async function compare(model: LoadedModel, size: number, pieces: readonly number[]): Promise<string | null> {
  const total = pieces.reduce((sum, rows) => sum + rows, 0);
  const inputs = synthesizeInputs(model.signature, { rows: total, size }, seededRandom(total));
  if (inputs === null) return `${total} rows are too large to try it`;
  const inputPieces = inputs.map((input) => splitRows(input, pieces));
  try {
    const merged = (await model.execute(inputs, [])).map((output) => splitRows(output, pieces));
    for (let index = 0; index < pieces.length; index += 1) {
      const alone = await model.execute(
        inputPieces.map((tensors) => pieceAt(tensors, index)),
        [],
      );
      if (
        !allEqual(
          merged.map((tensors) => pieceAt(tensors, index)),
          alone,
        )
      ) {
        return `the outputs of a batch of ${total} differ from those of single runs`;
      }
    }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return error.message;
  }
  return null;
}

function pieceAt(pieces: readonly Tensor[], index: number): Tensor {
  const piece = pieces[index];
  if (piece === undefined) throw new ClusterError('INTERNAL', 'a batch was split into too few pieces');
  return piece;
}

function allEqual(left: readonly Tensor[], right: readonly Tensor[]): boolean {
  return left.length === right.length && left.every((tensor, index) => rowsEqual(tensor, pieceAt(right, index)));
}
