import { accepted, refused, type Checked } from '../inference/checked.ts';

/** A recording of one channel, -1 to 1. */
export interface Recording {
  readonly rateHz: number;
  readonly samples: Float32Array;
}

type ReadSample = (view: DataView, at: number) => number;

/** Sample formats by `format/bits`: 1 is whole numbers, 3 floating point. */
const formats: Readonly<Record<string, ReadSample>> = {
  '1/8': (view, at) => (view.getUint8(at) - 128) / 128,
  '1/16': (view, at) => view.getInt16(at, true) / 32_768,
  '1/32': (view, at) => view.getInt32(at, true) / 2_147_483_648,
  '3/32': (view, at) => view.getFloat32(at, true),
};

/** `WAVE_FORMAT_EXTENSIBLE`: the format proper stands further on. */
const extensible = 0xff_fe;

/** Reads a WAV file, or says why it cannot be read; several channels are averaged. */
export function readWav(bytes: Uint8Array): Checked<Recording> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tagAt(view, 0) !== 'RIFF' || tagAt(view, 8) !== 'WAVE') {
    return refused((t) => t('noWav'));
  }
  const format = chunkOf(view, 'fmt ', 16);
  const data = chunkOf(view, 'data', 1);
  if (format === null || data === null) return refused((t) => t('wavPart'));
  const first = view.getUint16(format.start, true);
  const kind = first === extensible && format.size >= 26 ? view.getUint16(format.start + 24, true) : first;
  const channels = view.getUint16(format.start + 2, true);
  const rateHz = view.getUint32(format.start + 4, true);
  const bits = view.getUint16(format.start + 14, true);
  const read = formats[`${kind}/${bits}`];
  if (read === undefined) return refused((t) => t('wavFormat', { bits: String(bits), kind: String(kind) }));
  if (channels === 0 || rateHz === 0) return refused((t) => t('wavPart'));
  const frameBytes = (channels * bits) / 8;
  const samples = new Float32Array(Math.floor(data.size / frameBytes));
  if (samples.length === 0) return refused((t) => t('wavEmpty'));
  for (let frame = 0; frame < samples.length; frame += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      sum += read(view, data.start + frame * frameBytes + (channel * bits) / 8);
    }
    samples[frame] = sum / channels;
  }
  return accepted({ rateHz, samples });
}

function chunkOf(view: DataView, tag: string, bytesMin: number): { start: number; size: number } | null {
  let at = 12;
  while (at + 8 <= view.byteLength) {
    const start = at + 8;
    const announced = view.getUint32(at + 4, true);
    if (tagAt(view, at) === tag) {
      // A recording that was cut off announces more than there is.
      const size = Math.min(announced, view.byteLength - start);
      if (size >= bytesMin) return { start, size };
    }
    // Chunks begin at even places.
    at = start + announced + (announced % 2);
  }
  return null;
}

function tagAt(view: DataView, at: number): string {
  if (at + 4 > view.byteLength) return '';
  return String.fromCodePoint(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}

/**
 * The recording at another rate: each new sample is the mean of the old ones that it covers, or lies between two where
 * there are fewer.
 */
export function resampled({ rateHz, samples }: Recording, toHz: number): Float32Array {
  if (rateHz === toHz) return samples;
  const step = rateHz / toHz;
  return Float32Array.from({ length: Math.max(1, Math.floor(samples.length / step)) }, (_unused, index) => {
    const at = index * step;
    if (step <= 1) {
      const left = Math.floor(at);
      const [before = 0, after = before] = samples.subarray(left, left + 2);
      return before + (after - before) * (at - left);
    }
    const covered = samples.subarray(Math.floor(at), Math.max(Math.floor(at) + 1, Math.floor(at + step)));
    return covered.reduce((sum, sample) => sum + sample, 0) / covered.length;
  });
}
