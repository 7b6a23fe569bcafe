/** The message of the last error line of a log, or its last plain line. */
export function lastMessage(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const errors = lines.filter((line) =>
    /"level":"error"|^error: |\b(FATAL|PANIC|ERROR):|^[A-Z]\w*Error\b.*: /.test(line),
  );
  const line = errors.at(-1) ?? lines.at(-1) ?? '';
  return readLogLine(line)?.text ?? line.replace(/^error: /, '');
}

/** Level and text of a JSON log line; null for any other line. */
export function readLogLine(line: string): { level: string; text: string } | null {
  if (!line.startsWith('{')) return null;
  try {
    const fields: unknown = JSON.parse(line);
    if (typeof fields !== 'object' || fields === null || !('message' in fields) || !('level' in fields)) return null;
    const message = String(fields.message);
    const reason =
      'error' in fields && typeof fields.error === 'object' && fields.error !== null && 'message' in fields.error
        ? String(fields.error.message)
        : '';
    // A sentence that is shown elsewhere too has its reason in it.
    return { level: String(fields.level), text: message.includes(reason) ? message : `${message}: ${reason}` };
  } catch {
    // Cut in the middle, or not JSON after all: it is a plain line.
    return null;
  }
}
