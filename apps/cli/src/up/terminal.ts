/** What `up` says to the person who started it. Works the same without a terminal. */
export interface Terminal {
  line(text: string): void;
  /** Something that went wrong and is being dealt with. */
  warn(text: string): void;
  error(text: string): void;
}

/** Progress to stdout, warnings and errors to stderr. A reader that went away is no reason to stop. */
export function createTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
  return {
    line: (text) => void process.stdout.write(`${text}\n`),
    warn: (text) => void process.stderr.write(`warning: ${text}\n`),
    error: (text) => void process.stderr.write(`error: ${text}\n`),
  };
}
