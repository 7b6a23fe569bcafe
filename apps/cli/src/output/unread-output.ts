/** What shells say of a program that SIGPIPE has ended, which Node leaves to the program: 128 and its number. */
const brokenPipe = 141;

/**
 * `cluster-ai … | head`: whoever reads no more has what they wanted, and wants no words about it. Ends the process then, as
 * other programs end.
 * @returns a function that takes this back.
 */
export function endWhenUnread(stream: NodeJS.WriteStream): () => void {
  const end = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(brokenPipe);
  };
  stream.on('error', end);
  return () => void stream.off('error', end);
}
