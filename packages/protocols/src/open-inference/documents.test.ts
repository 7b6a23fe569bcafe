import { ClusterError, errorTable, isErrorCode, toClusterError } from '@cluster-ai/core/errors.ts';
import { describe, expect, test } from 'vitest';
import { errorDocument, healthDocument, modelMetadata, serverMetadata } from './documents.ts';

test('documents as clients read them', () => {
  expect(JSON.parse(serverMetadata('cluster-ai', '1.2.3'))).toEqual({
    name: 'cluster-ai',
    version: '1.2.3',
    extensions: [
      'classification',
      'sequence',
      'model_repository',
      'model_configuration',
      'binary_tensor_data',
      'parameters',
      'schedule_policy',
      'statistics',
      'trace',
      'logging',
    ],
  });
  expect(healthDocument(true, false)).toBe('{"live":true,"ready":false}');
  const signature = {
    inputs: [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 4] }],
    outputs: [{ name: 'y', datatype: 'INT64' as const, shape: [-1] }],
  };
  expect(JSON.parse(modelMetadata({ name: 'iris', versions: ['1', '2'], signature }))).toEqual({
    name: 'iris',
    versions: ['1', '2'],
    platform: 'onnx_onnxv1',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
    outputs: [{ name: 'y', datatype: 'INT64', shape: [-1] }],
  });
});

describe('every error of the table', () => {
  test.each(Object.keys(errorTable))('%s is one sentence under the key "error"', (code) => {
    if (!isErrorCode(code)) throw new Error(`${code} is no code`);
    const error = new ClusterError(code, `a "quoted" message about ${code}`);
    expect(JSON.parse(errorDocument(error))).toEqual({ error: `a "quoted" message about ${code}` });
    expect(error.httpStatus).toBe(errorTable[code].http);
  });

  test('a defect shows none of its message', () => {
    const document = errorDocument(toClusterError(new Error('password=hunter2 at /srv/secret')));
    expect(document).toBe('{"error":"internal error; the server log has the details under the request id"}');
  });
});
