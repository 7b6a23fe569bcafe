import pino from 'pino';
import { redactFields } from './redact.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Fields of a log line. Conventions: `requestId` ties a line to a request, `model` is `<name>@<version>`, `error` holds
 * a thrown value, durations end in `Ms`, sizes in `Bytes`.
 */
export interface LogFields {
  readonly requestId?: string;
  readonly error?: unknown;
  readonly [field: string]: unknown;
}

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** A logger whose level can be changed while the program runs. */
export interface LeveledLogger extends Logger {
  readonly level: LogLevel;
  setLevel(level: LogLevel): void;
}

export interface LoggerOptions {
  /** Name of the program, in every line. */
  readonly program: string;
  /** Least severe level that is written. */
  readonly level: LogLevel;
  /** Default `stdout`. Anything else receives whole lines. */
  readonly destination?: 'stdout' | 'stderr' | { write(line: string): void };
}

/**
 * A logger that writes one JSON object a line: `level` as a word, `time` in ISO 8601 (UTC), `program`, `pid`, the
 * fields, `message`. Values under keys that name a secret (authorization, token, password, …) are hidden. Lines are
 * written before the call returns, so that the last ones before a crash are not lost; a broken pipe is ignored, so that
 * a program outlives whoever read its log long enough to stop in order.
 */
export function createLogger(options: LoggerOptions): LeveledLogger {
  const destination = options.destination ?? 'stdout';
  const stream =
    typeof destination === 'string'
      ? pino.destination({ fd: destination === 'stdout' ? 1 : 2, sync: true })
      : destination;
  const lines = pino(
    {
      level: options.level,
      base: { program: options.program, pid: process.pid },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
    },
    stream,
  );
  let level = options.level;
  return {
    get level() {
      return level;
    },
    setLevel: (next) => {
      level = next;
      lines.level = next;
    },
    debug: (fields, message) => lines.debug(fields, message),
    info: (fields, message) => lines.info(fields, message),
    warn: (fields, message) => lines.warn(fields, message),
    error: (fields, message) => lines.error(fields, message),
  };
}
