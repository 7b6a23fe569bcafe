import { beforeEach, describe, expect, it } from 'vitest';
import { ProbeVerdicts, type ProbedFiles } from './probe-verdicts.ts';

const files: ProbedFiles = {
  files: [
    { path: 'model.onnx', sha256: 'a'.repeat(64), size: 100 },
    { path: 'weights.bin', sha256: 'b'.repeat(64), size: 200 },
  ],
  modelFile: 'model.onnx',
  signature: {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 3] }],
  },
  rowsMax: 64,
  rowsAreAsked: false,
};
const report = { loadMs: 1, warmUpMs: 2, warmUpSize: 1, rowsMax: 64, reason: '' };

let nowMs: number;
let verdicts: ProbeVerdicts;

beforeEach(() => {
  nowMs = 0;
  verdicts = new ProbeVerdicts({ nowMs: () => nowMs });
});

describe('ProbeVerdicts', () => {
  it('knows the same files under the same settings again', () => {
    expect(verdicts.find(files)).toBeNull();
    verdicts.keep(files, report);
    expect(verdicts.find(structuredClone(files))).toEqual(report);
    expect(verdicts.find({ ...files, signature: { ...files.signature } })).toEqual(report);
  });

  it.each<[string, Partial<ProbedFiles>]>([
    [
      'other bytes of the model',
      { files: [{ path: 'model.onnx', sha256: 'c'.repeat(64), size: 100 }, ...files.files.slice(1)] },
    ],
    [
      'other bytes of a file beside it',
      { files: [...files.files.slice(0, 1), { path: 'weights.bin', sha256: 'c'.repeat(64), size: 200 }] },
    ],
    ['one file more', { files: [...files.files, { path: 'labels.txt', sha256: 'b'.repeat(64), size: 200 }] }],
    ['the same bytes under another path', { files: files.files.map((file) => ({ ...file, path: `a/${file.path}` })) }],
    ['another file as the model', { modelFile: 'weights.bin' }],
    ['another signature', { signature: { ...files.signature, outputs: [] } }],
    ['another shape', { signature: { ...files.signature, inputs: [{ name: 'x', datatype: 'FP32', shape: [4, -1] }] } }],
    ['another batch', { rowsMax: 32 }],
    ['a reset by an operator', { resets: 1 }],
  ])('tries %s', (_, other) => {
    verdicts.keep(files, report);
    expect(verdicts.find({ ...files, ...other })).toBeNull();
  });

  it('forgets what it is told to, and what is an hour old, also when it was asked for meanwhile', () => {
    verdicts.keep(files, report);
    verdicts.forget(files);
    expect(verdicts.find(files)).toBeNull();
    verdicts.keep(files, report);
    nowMs = 3_599_999;
    expect(verdicts.find(files)).toEqual(report);
    nowMs = 3_600_000;
    expect(verdicts.find(files)).toBeNull();
  });

  it('keeps a thousand of them, those that were asked for last', () => {
    for (let rowsMax = 2; rowsMax < 1_026; rowsMax += 1) verdicts.keep({ ...files, rowsMax }, report);
    expect(verdicts.find({ ...files, rowsMax: 2 })).toEqual(report);
    verdicts.keep({ ...files, rowsMax: 5_000 }, report);
    expect(verdicts.find({ ...files, rowsMax: 2 })).toEqual(report);
    expect(verdicts.find({ ...files, rowsMax: 3 })).toBeNull();
    expect(verdicts.find({ ...files, rowsMax: 4 })).toEqual(report);
  });
});
