/**
 * Sends a signal to a process that may end at any moment; one that has ended by now needs none.
 * @param pid negative for the whole process group.
 */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
