import { openRotatingFile } from '@cluster-ai/platform/files/rotating-file.ts';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { readLogLine } from './log-line.ts';
import type { Terminal } from './terminal.ts';

export interface ProgramOutput {
  write(chunk: Buffer): void;
  close(): void;
}

export interface OutputOptions {
  readonly name: string;
  readonly folder: string;
  readonly fileBytesMax: number;
  readonly filesMax: number;
  readonly terminal: Terminal;
  /** Show every line, not warnings and errors alone. */
  readonly verbose: boolean;
}

const shownPerWindowMax = 5;
const windowMs = 10_000;
const lineCharactersMax = 65_536;
const shownCharactersMax = 300;

/**
 * Receives what a program writes: all of it goes to `<folder>/<name>.log`; warnings and errors are shown to the person
 * at the terminal as well, a few of them in ten seconds.
 */
export function openProgramOutput(options: OutputOptions): ProgramOutput {
  const { name, terminal } = options;
  const path = join(options.folder, `${name}.log`);
  const file = openRotatingFile({ path, fileBytesMax: options.fileBytesMax, filesMax: options.filesMax });
  const decoder = new TextDecoder();
  let rest = '';
  let closed = false;
  let windowEndMs = 0;
  let shown = 0;

  function show(line: string): void {
    if (options.verbose) return terminal.line(`${name} | ${line}`);
    const parsed = readLogLine(line);
    if (parsed === null || (parsed.level !== 'warn' && parsed.level !== 'error')) return;
    const nowMs = performance.now();
    if (nowMs > windowEndMs) {
      windowEndMs = nowMs + windowMs;
      shown = 0;
    }
    shown += 1;
    if (shown <= shownPerWindowMax) terminal.warn(`${name}: ${forTerminal(parsed.text)}`);
    if (shown === shownPerWindowMax) terminal.warn(`${name}: more in ${path}`);
  }

  return {
    write(chunk) {
      // A child of the program that was killed may still hold its pipe.
      if (closed) return;
      file.write(chunk);
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = (lines.pop() ?? '').slice(-lineCharactersMax);
      for (const line of lines) if (line !== '') show(line);
    },
    close() {
      closed = true;
      file.close();
    },
  };
}

/** A message of a library may hold colour codes, or be a page long. */
function forTerminal(text: string): string {
  const plain = stripVTControlCharacters(text);
  return plain.length > shownCharactersMax ? `${plain.slice(0, shownCharactersMax)}…` : plain;
}
