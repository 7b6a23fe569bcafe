import { bytesText } from './table.ts';

export interface Progress {
  /** Bytes done in all. */
  update(bytes: number): void;
  /** Ends the bar; what follows stands on a line of its own. */
  end(): void;
}

const barWidth = 30;
const redrawEveryMs = 100;

/** A bar on a terminal; one line at the beginning and nothing else where there is none. Always on stderr. */
export function startProgress(label: string, totalBytes: number): Progress {
  const { stderr } = process;
  if (!stderr.isTTY) {
    stderr.write(`${label}: ${bytesText(totalBytes)}\n`);
    return { update: () => undefined, end: () => undefined };
  }
  let drawnAtMs = -redrawEveryMs;
  let done = 0;
  const draw = (): void => {
    const share = totalBytes === 0 ? 1 : Math.min(1, done / totalBytes);
    const bar = '='.repeat(Math.round(share * barWidth)).padEnd(barWidth);
    stderr.write(`\r${label} [${bar}] ${(share * 100).toFixed(0)} % of ${bytesText(totalBytes)} `);
  };
  return {
    update(bytes) {
      done = bytes;
      if (performance.now() - drawnAtMs < redrawEveryMs) return;
      drawnAtMs = performance.now();
      draw();
    },
    end() {
      draw();
      stderr.write('\n');
    },
  };
}
