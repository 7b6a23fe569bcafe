import { expect, test } from 'vitest';
import { Findings } from './findings.ts';
import { readMlserverSettings } from './mlserver-settings.ts';

function read(settings: unknown) {
  const findings = new Findings();
  const { configuration, mergedRowsMax } = readMlserverSettings(JSON.stringify(settings), 'm', findings);
  return { configuration, mergedRowsMax, wrong: findings.wrong };
}

test('shapes are whole, batches are limited and requests are not, and what has no effect is named', () => {
  const { configuration, mergedRowsMax, wrong } = read({
    name: 'other',
    implementation: 'mlserver_sklearn.SKLearnModel',
    max_batch_size: 16,
    max_batch_time: 0.5,
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [{ name: 'y', datatype: 'BYTES', shape: [-1] }],
    parameters: { uri: './model.onnx', version: 'v1', extra: { team: 'search', size: 3 } },
  });
  expect(wrong).toEqual([]);
  expect(mergedRowsMax).toBe(16);
  expect(configuration).toMatchObject({
    maxBatchSize: null,
    inputs: [{ name: 'x', datatype: 'FP32', dims: [-1, 4] }],
    outputs: [{ name: 'y', datatype: 'BYTES', dims: [-1], labelFile: null }],
    modelFile: 'model.onnx',
    parameters: { team: 'search', size: '3' },
    ignored: ['max_batch_time', 'implementation', 'name', 'parameters.version'],
  });
});

test.each([
  [{ inputs: {} }, 'inputs'],
  [{ inputs: [{ datatype: 'FP32', shape: [1] }] }, 'inputs[0]'],
  [{ inputs: [{ name: 'x', datatype: 'float', shape: [1] }] }, 'inputs[0].datatype'],
  [{ outputs: [{ name: 'x', datatype: 'FP32', shape: [0] }] }, 'outputs[0].shape'],
])('%j is wrong at %s', (settings, place) => {
  expect(read(settings).wrong[0]).toMatchObject({ place });
});
