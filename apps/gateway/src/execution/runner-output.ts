import type { Readable } from 'node:stream';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';

const lineLengthMax = 4_096;
const linesPerWindowMax = 100;
const windowMs = 10_000;

/**
 * Copies what a runner prints into the log, line by line. Long lines are cut and floods are counted instead of written:
 * a model must not be able to fill the disk.
 */
export function logRunnerOutput(stream: Readable, runner: string, log: Logger, clock: Clock): void {
  let rest = '';
  let windowStartMs = -Infinity;
  let written = 0;
  let dropped = 0;
  const write = (line: string): void => {
    const nowMs = clock.nowMs();
    if (nowMs - windowStartMs > windowMs) {
      if (dropped > 0) log.warn({ runner, lines: dropped }, 'lines of the runner were dropped');
      windowStartMs = nowMs;
      written = 0;
      dropped = 0;
    }
    if (written >= linesPerWindowMax) dropped += 1;
    else if (line.trim() !== '') log.warn({ runner }, line.slice(0, lineLengthMax));
    written += 1;
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(0, lineLengthMax);
    for (const line of lines) write(line);
  });
  stream.on('end', () => write(rest));
}
