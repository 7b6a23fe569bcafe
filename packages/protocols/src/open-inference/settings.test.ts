import { describe, expect, test } from 'vitest';
import type { JsonObject } from './json-fields.ts';
import { readLogChange, readTraceChange } from './settings.ts';

describe('trace settings', () => {
  test('numbers are texts, plain ones are taken too, and null brings back what was', () => {
    expect(readTraceChange({})).toEqual({});
    expect(readTraceChange({ trace_level: ['TIMESTAMPS'], trace_rate: '5', trace_count: -1 })).toEqual({
      level: 'TIMESTAMPS',
      rate: 5,
      count: -1,
    });
    expect(readTraceChange({ trace_level: null, trace_rate: null, trace_count: null, log_frequency: '0' })).toEqual({
      level: null,
      rate: null,
      count: null,
    });
    expect(readTraceChange({ trace_level: ['OFF'] })).toEqual({ level: 'OFF' });
  });

  test.each<[JsonObject, string, string]>([
    [{ trace_file: '/etc/passwd' }, 'UNSUPPORTED', 'trace file location can not be updated through network protocol'],
    [
      { trace_level: ['TENSORS'] },
      'UNSUPPORTED',
      "trace level 'TENSORS' is not supported: values of clients are not logged",
    ],
    [{ trace_level: ['OFF', 'TIMESTAMPS'] }, 'INVALID_ARGUMENT', "Expect only one trace level 'OFF' is specified"],
    [
      { trace_level: 'OFF' },
      'INVALID_ARGUMENT',
      "Unable to parse 'trace_level': attempt to access JSON non-array as array",
    ],
    [{ trace_level: ['ALL'] }, 'INVALID_ARGUMENT', "trace level 'ALL' is not one of OFF, TIMESTAMPS"],
    [{ trace_rate: 'x' }, 'INVALID_ARGUMENT', "Unable to parse 'trace_rate', got: x"],
    [
      { trace_rate: '0' },
      'INVALID_ARGUMENT',
      "Unable to parse 'trace_rate', value is out of range [ 1, 4294967295 ], got: 0",
    ],
    [
      { trace_count: '-2' },
      'INVALID_ARGUMENT',
      "Unable to parse 'trace_count', value is out of range [ -1, 2147483647 ], got: -2",
    ],
    [
      { trace_count: true },
      'INVALID_ARGUMENT',
      "Unable to parse 'trace_count': attempt to access JSON non-string as string",
    ],
    [
      { log_frequency: '10' },
      'UNSUPPORTED',
      "traces are lines of the log, each written at once: 'log_frequency' is always 0",
    ],
  ])('%j', (document, code, message) => {
    expect(() => readTraceChange(document)).toThrow(expect.objectContaining({ code, message }));
  });
});

describe('log settings', () => {
  test('what is absent or null stays', () => {
    expect(readLogChange({ log_info: null, log_file: null, log_format: null })).toEqual({});
    expect(readLogChange({ log_info: false, log_warning: true, log_error: true, log_verbose_level: 2 })).toEqual({
      info: false,
      warning: true,
      error: true,
      verboseLevel: 2,
    });
  });

  test.each<[JsonObject, string, string]>([
    [{ log_file: '' }, 'UNSUPPORTED', 'log file location can not be updated through network protocol'],
    [{ log_format: 'default' }, 'UNSUPPORTED', "log format 'default' is not supported: the time of a line is ISO 8601"],
    [{ log_format: 'xml' }, 'INVALID_ARGUMENT', 'invalid argument for --log_format, got: xml'],
    [{ log_info: 1 }, 'INVALID_ARGUMENT', "Unable to parse 'log_info': attempt to access JSON non-boolean as boolean"],
    [
      { log_verbose_level: -1 },
      'INVALID_ARGUMENT',
      "Unable to parse 'log_verbose_level': attempt to access JSON non-unsigned-integer as unsigned-integer",
    ],
  ])('%j', (document, code, message) => {
    expect(() => readLogChange(document)).toThrow(expect.objectContaining({ code, message }));
  });
});
