import { inferenceText } from '../i18n/inference-text.ts';
import { makeText } from '../i18n/use-text.ts';
import { describe, expect, test } from 'vitest';
import { readWav, resampled } from './read-wav.ts';

/** A WAV file of 16-bit samples, channels interleaved. */
function wav(samples: readonly number[], { channels = 1, rateHz = 16_000, bits = 16, extra = 0 } = {}): Uint8Array {
  const view = new DataView(new ArrayBuffer(44 + extra + samples.length * 2));
  const tag = (at: number, text: string) => {
    for (const [index, letter] of [...text].entries()) view.setUint8(at + index, letter.codePointAt(0) ?? 0);
  };
  tag(0, 'RIFF');
  tag(8, 'WAVE');
  tag(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rateHz, true);
  view.setUint16(34, bits, true);
  if (extra > 0) {
    tag(36, 'LIST');
    view.setUint32(40, extra - 8, true);
  }
  tag(36 + extra, 'data');
  view.setUint32(40 + extra, samples.length * 2, true);
  for (const [index, sample] of samples.entries()) view.setInt16(44 + extra + index * 2, sample, true);
  return new Uint8Array(view.buffer);
}

function samplesOf(bytes: Uint8Array): Float32Array | null {
  const read = readWav(bytes);
  return read.ok ? read.value.samples : null;
}

describe('readWav', () => {
  test('reads 16-bit samples', () => {
    expect(readWav(wav([0, 16_384, -32_768]))).toEqual({
      ok: true,
      value: { rateHz: 16_000, samples: Float32Array.of(0, 0.5, -1) },
    });
  });

  test('averages the channels', () => {
    expect(samplesOf(wav([16_384, 0, 0, -16_384], { channels: 2 }))).toEqual(Float32Array.of(0.25, -0.25));
  });

  test('passes over parts that it does not need', () => {
    expect(samplesOf(wav([16_384], { extra: 20 }))).toEqual(Float32Array.of(0.5));
  });

  test('takes what is there of a recording that was cut off', () => {
    expect(samplesOf(wav([16_384, 16_384, 0]).subarray(0, -2))).toEqual(Float32Array.of(0.5, 0.5));
  });

  test.each([
    ['something else', new TextEncoder().encode('<html>nothing of sound</html>'), 'This is no WAV file.'],
    ['an empty file', new Uint8Array(), 'This is no WAV file.'],
    ['24 bits', wav([0, 0, 0], { bits: 24 }), '24 bits of format 1'],
    ['no samples', wav([]), 'a part is missing'],
    ['no channel', wav([0], { channels: 0 }), 'a part is missing'],
  ])('refuses %s', (_what, bytes, words) => {
    const read = readWav(bytes);
    expect(read.ok ? '' : read.problem(makeText(inferenceText, 'en'))).toContain(words);
  });
});

describe('resampled', () => {
  test('a third of the rate is the mean of three samples', () => {
    const samples = Float32Array.of(0, 0.3, 0.6, 1, 1, 1);
    expect([...resampled({ rateHz: 48_000, samples }, 16_000)].map((value) => value.toFixed(3))).toEqual([
      '0.300',
      '1.000',
    ]);
  });

  test('twice the rate lies between its neighbours', () => {
    expect(resampled({ rateHz: 8_000, samples: Float32Array.of(0, 1) }, 16_000)).toEqual(Float32Array.of(0, 0.5, 1, 1));
  });
});
