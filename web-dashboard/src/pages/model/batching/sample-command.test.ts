import { expect, test } from 'vitest';
import { sampleCommand } from './sample-command.ts';

const outputs = [{ name: 'y', datatype: 'FP32', shape: [-1] }] as const;

test('a request with real values on one line', () => {
  expect(sampleCommand('iris', { inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 4] }], outputs })).toBe(
    "cluster-ai predict 'iris' --input 'input=[[5.1,3.5,1.4,0.2]]'",
  );
});

test('none for what nobody types', () => {
  expect(sampleCommand('m', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 784] }], outputs })).toBeNull();
  expect(sampleCommand('m', { inputs: [{ name: 'x', datatype: 'FP16', shape: [1] }], outputs })).toBeNull();
});
