/** Samples a second of the example. */
export const speechRateHz = 16_000;

/** One call of Silero VAD takes 512 new samples behind 64 of the call before. */
export const speechSamples = 576;

const pitchHz = 100;

/** Centre and half width of the first resonances of an open vowel, Hz. Source: Peterson and Barney 1952, vowel of "hot". */
const formants = [
  [730, 90],
  [1_090, 110],
  [2_440, 120],
] as const;

/**
 * A synthetic vowel: the overtones of one pitch, each as strong as the mouth's resonances let it through. Simple, but
 * speech to a model that knows speech; -1 to 1.
 */
export function vowelText(): string {
  const samples = Array.from({ length: speechSamples }, (_unused, index) => vowelAt(index / speechRateHz));
  return samples.map((sample) => String(Number(sample.toFixed(4)))).join(', ');
}

function vowelAt(seconds: number): number {
  let sample = 0;
  for (let overtone = 1; overtone * pitchHz < 4_000; overtone += 1) {
    const frequency = overtone * pitchHz;
    const strength = formants.reduce((sum, [centre, width]) => sum + 1 / (1 + ((frequency - centre) / width) ** 2), 0);
    sample += (strength / Math.sqrt(overtone)) * Math.sin(2 * Math.PI * frequency * seconds);
  }
  return 0.12 * sample;
}

export function silenceText(): string {
  return Array.from({ length: speechSamples }, () => '0').join(', ');
}
