import type { LogSwitches } from './log-settings.ts';
import type { TraceSetting } from './trace-settings.ts';

/** Trace settings in the words of the extension, whatever the transport: numbers are texts there. */
export function traceWords({ level, rate, count }: TraceSetting) {
  return {
    trace_level: [level],
    trace_rate: String(rate),
    trace_count: String(count),
    log_frequency: '0',
    trace_file: '',
    trace_mode: 'triton',
  };
}

/** Log settings in the words of the extension. */
export function logWords({ error, warning, info, verboseLevel }: LogSwitches) {
  return {
    log_file: '',
    log_info: info,
    log_warning: warning,
    log_error: error,
    log_verbose_level: verboseLevel,
    log_format: 'ISO8601',
  };
}
