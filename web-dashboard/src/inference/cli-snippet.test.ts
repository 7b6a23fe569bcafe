import { expect, test } from 'vitest';
import { cliSnippet } from './cli-snippet.ts';
import type { InferCall } from './infer-request.ts';
import type { TextTensor } from './text-tensor.ts';

function call(...inputs: TextTensor[]): InferCall {
  return { gatewayUrl: 'http://127.0.0.1:8000', model: 'm', inputs, outputs: [] };
}

test('the brackets carry the shape', () => {
  const x = { name: 'x', datatype: 'FP32', shape: [2, 2], elements: ['1', '2.5', '3', '4'] } as const;
  const rate = { name: 'sr', datatype: 'INT64', shape: [], elements: ['16000'] } as const;
  expect(cliSnippet(call(x, rate))).toBe(
    "cluster-ai predict 'm' \\\n  --input 'x=[[1,2.5],[3,4]]' \\\n  --input 'sr=16000'",
  );
});

test('a gateway at another address is named', () => {
  const there = { ...call(), gatewayUrl: 'http://127.0.0.1:9000' };
  expect(cliSnippet(there)).toBe("cluster-ai predict 'm' \\\n  --gateway 'http://127.0.0.1:9000'");
});

test.each([
  { name: 'h', datatype: 'FP16', shape: [1], elements: ['1'] },
  { name: 'x', datatype: 'FP32', shape: [1], elements: ['NaN'] },
  { name: 'n', datatype: 'INT64', shape: [1], elements: ['9007199254740993'] },
] as const)('$datatype $elements has no form', (tensor) => {
  expect(cliSnippet(call(tensor))).toBeNull();
});
