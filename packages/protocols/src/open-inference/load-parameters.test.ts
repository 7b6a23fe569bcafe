import { expect, test } from 'vitest';
import type { JsonObject } from './json-fields.ts';
import { readLoadParameters } from './load-parameters.ts';

test('a load brings nothing, a configuration, or files with it', () => {
  expect(readLoadParameters({})).toBeNull();
  expect(readLoadParameters({ parameters: {} })).toBeNull();
  expect(readLoadParameters({ parameters: { config: '{}' } })).toEqual({ config: '{}', files: new Map() });
  const both = readLoadParameters({ parameters: { 'file:1/model.onnx': 'AAEC', config: '{}' } });
  expect([...(both?.files ?? [])].map(([path, bytes]) => [path, [...bytes]])).toEqual([['1/model.onnx', [0, 1, 2]]]);
});

test.each<[JsonObject, string]>([
  [{ parameters: [] }, "Unable to parse 'parameters': attempt to access JSON non-object as object"],
  [{ parameters: { config: {} } }, "Unable to parse 'config': attempt to access JSON non-string as string"],
  [{ parameters: { other: 'x' } }, "Unrecognized load parameter 'other'"],
  [{ parameters: { 'file:1/model.onnx': 'AAEC' } }, "a load with files needs the parameter 'config' as well"],
  [{ parameters: { config: '{}', 'file:1/m': 'A' } }, "Unable to parse 'file:1/m': it is not base64"],
  [{ parameters: { config: '{}', 'file:1/m': '....' } }, "Unable to parse 'file:1/m': it is not base64"],
])('%j', (document, message) => {
  expect(() => readLoadParameters(document)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }));
});
