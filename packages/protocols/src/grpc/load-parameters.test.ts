import { expect, test } from 'vitest';
import { assertUnloadParameters, readLoadParameters } from './load-parameters.ts';

test('a load brings nothing, a configuration, or files with it', () => {
  expect(readLoadParameters({ parameters: {} })).toBeNull();
  expect(readLoadParameters({ parameters: { config: { string_param: '{}' } } })).toEqual({
    config: '{}',
    files: new Map(),
  });
  const bytes_param = Uint8Array.of(0, 1, 2);
  const parameters = { 'file:1/model.onnx': { bytes_param }, config: { string_param: '{}' } };
  expect(readLoadParameters({ parameters })?.files).toEqual(new Map([['1/model.onnx', bytes_param]]));
});

test.each([
  [
    { config: { bytes_param: Uint8Array.of(1) } },
    "invalid value type for load parameter 'config', expected string_param.",
  ],
  [{ config: {} }, "invalid value type for load parameter 'config', expected string_param."],
  [{ 'file:1/m': { string_param: 'AAEC' } }, "invalid value type for load parameter 'file:1/m', expected bytes_param."],
  [{ other: { string_param: 'x' } }, "Unrecognized load parameter 'other'"],
  [{ 'file:1/m': { bytes_param: Uint8Array.of(1) } }, "a load with files needs the parameter 'config' as well"],
])('%j', (parameters, message) => {
  expect(() => readLoadParameters({ parameters })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message }),
  );
});

test('an unload may say what becomes of dependents, as a boolean', () => {
  assertUnloadParameters({ parameters: { unload_dependents: { bool_param: false }, other: { int64_param: '1' } } });
  expect(() => assertUnloadParameters({ parameters: { unload_dependents: { string_param: 'true' } } })).toThrow(
    "invalid value type for 'unload_dependents' parameter, expected bool_param.",
  );
});
