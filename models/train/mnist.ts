import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import type { Random } from '@cluster-ai/core/ports/random.ts';
import { denseModel } from './dense-model.ts';
import { classAccuracy } from './evaluate.ts';
import { imageSide, mnistData } from './mnist-data.ts';
import { storeModel } from './model-card.ts';
import type { CardText } from './model-card.ts';
import type { Samples, Split } from './samples.ts';
import { trainNetwork } from './train-network.ts';

const SEED = 28;
const HIDDEN = 128;
const SHIFT_PIXELS_MAX = 2;

/** Trains the model that reads handwritten digits. */
function trainMnist(data: Split<Samples>): Uint8Array {
  const random = seededRandom(SEED);
  const layers = trainNetwork(data.training, {
    sizes: [imageSide ** 2, HIDDEN, 10],
    epochs: 20,
    batchRows: 32,
    learningRate: 0.002,
    random,
    augment: (image) => shifted(image, random),
  });
  return denseModel(layers, {
    graph: 'mnist',
    docString: 'Reads a handwritten digit.',
    input: {
      name: 'image',
      docString: '28 rows of 28 pixels, 0 for black paper to 1 for white ink (grey value / 255)',
    },
    label: 'digit',
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
  });
}

/** Moves an image by up to two pixels each way: a digit stays what it is when it is written off the centre. */
function shifted(image: Float32Array, random: Random): Float32Array {
  const span = 2 * SHIFT_PIXELS_MAX + 1;
  const down = Math.floor(random() * span) - SHIFT_PIXELS_MAX;
  const right = Math.floor(random() * span) - SHIFT_PIXELS_MAX;
  const moved = new Float32Array(image.length);
  image.forEach((pixel, index) => {
    const row = Math.floor(index / imageSide) + down;
    const column = (index % imageSide) + right;
    if (row >= 0 && row < imageSide && column >= 0 && column < imageSide) moved[row * imageSide + column] = pixel;
  });
  return moved;
}

if (import.meta.main) {
  const data = await mnistData();
  const card: CardText = {
    name: 'mnist',
    description: 'Handwritten digit, 0 to 9, in an image of 28 by 28 pixels',
    licence: 'Apache-2.0',
    trainedOn: 'mnist 1.1.0 (MIT): 10,000 digits of the MNIST database (LeCun, Cortes and Burges, CC BY-SA 3.0)',
    trainingSamples: data.training.count,
    heldOutSamples: data.heldOut.count,
    seed: SEED,
  };
  const model = trainMnist(data);
  await storeModel(card, model, { digits: await classAccuracy(model, data.heldOut, 'image', 'digit') });
}
