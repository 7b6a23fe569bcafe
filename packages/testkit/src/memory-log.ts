import type { LogFields, Logger, LogLevel } from '@cluster-ai/platform/log/log.ts';

export interface MemoryLine {
  readonly level: LogLevel;
  readonly fields: LogFields;
  readonly message: string;
}

/** A log that keeps its lines for a test to look at. */
export class MemoryLog implements Logger {
  readonly lines: MemoryLine[] = [];

  debug(fields: LogFields, message: string): void {
    this.lines.push({ level: 'debug', fields, message });
  }

  info(fields: LogFields, message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }

  warn(fields: LogFields, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }

  error(fields: LogFields, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }

  /** Messages of one level and those above it. */
  messages(level: LogLevel): string[] {
    const order = ['debug', 'info', 'warn', 'error'];
    return this.lines.filter((line) => order.indexOf(line.level) >= order.indexOf(level)).map(({ message }) => message);
  }
}
