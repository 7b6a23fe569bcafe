import type { LeveledLogger, LogFields, Logger, LogLevel } from '@cluster-ai/platform/log/log.ts';

/** Which lines are written. Errors, warnings and information are switched one by one, as in Triton. */
export interface LogSwitches {
  readonly error: boolean;
  readonly warning: boolean;
  readonly info: boolean;
  /** 0 writes no debugging lines; any other number does. */
  readonly verboseLevel: number;
}

const severity: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * The log with the logging extension's switches. They are this gateway's own and end with it; a level that the control
 * plane sets afterwards takes their place.
 */
export class SwitchedLog implements Logger {
  private readonly log: LeveledLogger;
  private switches: LogSwitches;
  private told: LogLevel | null = null;

  constructor(log: LeveledLogger) {
    this.log = log;
    this.switches = switchesOf(log.level);
  }

  get settings(): LogSwitches {
    return this.switches;
  }

  /** To be called with each word of the control plane; only another level than before changes anything. */
  follow(level: LogLevel): void {
    if (level === this.told) return;
    this.told = level;
    this.apply(switchesOf(level));
  }

  /** @param by who does it: whoever makes a log silent is the last to be written into it. */
  change(change: Partial<LogSwitches>, by: string): LogSwitches {
    if (this.log.level === 'error') this.log.setLevel('warn');
    this.log.warn({ by, ...change }, 'log settings are changed over the inference protocol');
    this.apply({ ...this.switches, ...change });
    return this.switches;
  }

  debug(fields: LogFields, message: string): void {
    if (this.switches.verboseLevel > 0) this.log.debug(fields, message);
  }

  info(fields: LogFields, message: string): void {
    if (this.switches.info) this.log.info(fields, message);
  }

  warn(fields: LogFields, message: string): void {
    if (this.switches.warning) this.log.warn(fields, message);
  }

  error(fields: LogFields, message: string): void {
    if (this.switches.error) this.log.error(fields, message);
  }

  private apply(switches: LogSwitches): void {
    this.switches = switches;
    const { verboseLevel, info, warning } = switches;
    this.log.setLevel(verboseLevel > 0 ? 'debug' : info ? 'info' : warning ? 'warn' : 'error');
  }
}

function switchesOf(level: LogLevel): LogSwitches {
  const least = severity.indexOf(level);
  return {
    error: true,
    warning: least <= severity.indexOf('warn'),
    info: least <= severity.indexOf('info'),
    verboseLevel: level === 'debug' ? 1 : 0,
  };
}
