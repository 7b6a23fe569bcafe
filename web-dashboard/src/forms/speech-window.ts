import { speechSamples } from './speech-example.ts';

/** New samples of each call; the ones before them are of the call before. */
export const windowStep = 512;

/** How many calls a recording is worth. */
export function windowsOf(samples: Float32Array): number {
  return Math.max(1, Math.ceil(samples.length / windowStep));
}

/** The samples of one call, silence where the recording has none yet or no more. */
export function windowAt(samples: Float32Array, index: number): Float32Array {
  const window = new Float32Array(speechSamples);
  const start = index * windowStep - (speechSamples - windowStep);
  const from = Math.max(0, start);
  window.set(samples.subarray(from, Math.max(from, start + speechSamples)), from - start);
  return window;
}

/** The window that holds the loudest part: where speech is most likely. */
export function loudestWindow(samples: Float32Array): number {
  let loudest = { index: 0, energy: -1 };
  for (let index = 0; index < windowsOf(samples); index += 1) {
    const energy = windowAt(samples, index).reduce((sum, sample) => sum + sample * sample, 0);
    if (energy > loudest.energy) loudest = { index, energy };
  }
  return loudest.index;
}

/** The largest swing of each of so many equal parts, 0 to 1: what a waveform draws. */
export function peaksOf(samples: Float32Array, parts: number): readonly number[] {
  const width = samples.length / parts;
  return Array.from({ length: parts }, (_unused, part) =>
    samples
      .subarray(Math.floor(part * width), Math.max(Math.floor(part * width) + 1, Math.floor((part + 1) * width)))
      .reduce((most, sample) => Math.max(most, Math.min(1, Math.abs(sample))), 0),
  );
}

/** The values as the form holds them. */
export function samplesText(samples: Float32Array): string {
  return Array.from(samples, (sample) => String(Number(sample.toFixed(5)))).join(', ');
}
