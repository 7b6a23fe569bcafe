import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ExactJson } from '../json/exact-json.ts';
import { invalid, wrongType, type JsonObject } from './json-fields.ts';

/** A change of trace settings; null brings back what holds without it, absent leaves it. */
export interface TraceSettingChange {
  readonly level?: 'OFF' | 'TIMESTAMPS' | null;
  readonly rate?: number | null;
  readonly count?: number | null;
}

/** A change of log settings; absent leaves it. */
export interface LogSettingChange {
  readonly error?: boolean;
  readonly warning?: boolean;
  readonly info?: boolean;
  readonly verboseLevel?: number;
}

const rateMax = 2 ** 32 - 1;
const countMax = 2 ** 31 - 1;

/**
 * Reads a change of trace settings. Numbers are texts in this extension; plain ones are taken too.
 * @throws ClusterError INVALID_ARGUMENT; UNSUPPORTED for a file, which nobody chooses over a network, and for tensors.
 */
export function readTraceChange(document: JsonObject): TraceSettingChange {
  if (document['trace_file'] !== undefined) {
    throw new ClusterError('UNSUPPORTED', 'trace file location can not be updated through network protocol');
  }
  const frequency = numberOf(document, 'log_frequency', 0, rateMax);
  if (typeof frequency === 'number' && frequency !== 0) {
    throw new ClusterError(
      'UNSUPPORTED',
      "traces are lines of the log, each written at once: 'log_frequency' is always 0",
    );
  }
  const level = levelOf(document['trace_level']);
  const rate = numberOf(document, 'trace_rate', 1, rateMax);
  const count = numberOf(document, 'trace_count', -1, countMax);
  return {
    ...(level === undefined ? {} : { level }),
    ...(rate === undefined ? {} : { rate }),
    ...(count === undefined ? {} : { count }),
  };
}

function levelOf(levels: ExactJson | undefined): 'OFF' | 'TIMESTAMPS' | null | undefined {
  if (levels === undefined || levels === null) return levels;
  if (!Array.isArray(levels)) throw wrongType("'trace_level'", 'array');
  for (const level of levels) {
    if (typeof level !== 'string') throw wrongType("'trace_level'", 'string');
    if (level === 'TENSORS') {
      throw new ClusterError('UNSUPPORTED', "trace level 'TENSORS' is not supported: values of clients are not logged");
    }
    if (level !== 'OFF' && level !== 'TIMESTAMPS') {
      throw invalid(`trace level '${level.slice(0, 40)}' is not one of OFF, TIMESTAMPS`);
    }
  }
  if (levels.includes('OFF') && levels.length > 1) throw invalid("Expect only one trace level 'OFF' is specified");
  return levels.includes('TIMESTAMPS') ? 'TIMESTAMPS' : 'OFF';
}

function numberOf(document: JsonObject, name: string, min: number, max: number): number | null | undefined {
  const value = document[name];
  if (value === undefined || value === null) return value;
  if (typeof value !== 'string' && typeof value !== 'number') throw wrongType(`'${name}'`, 'string');
  const shown = String(value).slice(0, 40);
  if (!/^[+-]?\d{1,20}$/.test(shown)) throw invalid(`Unable to parse '${name}', got: ${shown}`);
  const number = Number(shown);
  if (number < min || number > max) {
    throw invalid(`Unable to parse '${name}', value is out of range [ ${min}, ${max} ], got: ${shown}`);
  }
  return number;
}

/**
 * Reads a change of log settings; a member that is null changes nothing.
 * @throws ClusterError INVALID_ARGUMENT; UNSUPPORTED for a file, which nobody chooses over a network, and other formats.
 */
export function readLogChange(document: JsonObject): LogSettingChange {
  if ((document['log_file'] ?? null) !== null) {
    throw new ClusterError('UNSUPPORTED', 'log file location can not be updated through network protocol');
  }
  const format = document['log_format'] ?? 'ISO8601';
  if (typeof format !== 'string') throw wrongType("'log_format'", 'string');
  if (format === 'default') {
    throw new ClusterError('UNSUPPORTED', "log format 'default' is not supported: the time of a line is ISO 8601");
  }
  if (format !== 'ISO8601') throw invalid(`invalid argument for --log_format, got: ${format.slice(0, 40)}`);
  const verboseLevel = document['log_verbose_level'] ?? undefined;
  const isLevel = typeof verboseLevel === 'number' && Number.isSafeInteger(verboseLevel) && verboseLevel >= 0;
  if (verboseLevel !== undefined && !isLevel) throw wrongType("'log_verbose_level'", 'unsigned-integer');
  return {
    ...switchOf(document, 'log_error', 'error'),
    ...switchOf(document, 'log_warning', 'warning'),
    ...switchOf(document, 'log_info', 'info'),
    ...(isLevel ? { verboseLevel } : {}),
  };
}

function switchOf<K extends string>(document: JsonObject, name: string, key: K): Partial<Record<K, boolean>> {
  const value = document[name] ?? undefined;
  if (value === undefined) return {};
  if (typeof value !== 'boolean') throw wrongType(`'${name}'`, 'boolean');
  // The one key is of the type's.
  return { [key]: value } as Partial<Record<K, boolean>>;
}
