import { fstatSync } from 'node:fs';

/**
 * Calls `listener` once when the pipe on stdin closes, which is how a child learns that its parent ended by whatever
 * cause, SIGKILL too. Without a pipe on stdin (a terminal, a file, /dev/null) there is no parent to watch.
 */
export function onParentEnd(listener: () => void): void {
  if (!stdinIsPipe()) return;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    listener();
  };
  process.stdin.once('end', end);
  process.stdin.once('close', end);
  process.stdin.once('error', end);
  process.stdin.resume();
}

function stdinIsPipe(): boolean {
  try {
    const status = fstatSync(0);
    return status.isFIFO() || status.isSocket();
  } catch {
    // A closed stdin is no pipe.
    return false;
  }
}
