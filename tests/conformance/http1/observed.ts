/** What a server made of the bytes of one connection. */
export interface Observed {
  /** The requests that its handler saw whole, each as a text of all that it learned. */
  readonly requests: readonly string[];
  /** Requests whose header it took, and whose body never was whole. */
  readonly unfinished: number;
  /** Statuses of its answers, without those that only ask to go on. */
  readonly answers: readonly number[];
  /** The last answer says that the connection ends. */
  readonly closes: boolean;
  /** It ended the connection when its client had. */
  readonly ended: boolean;
  /** What it sent is no row of answers; null when it is. */
  readonly broken: string | null;
}

const headText = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n:]+: [^\r\n]*\r\n)*)\r\n/;

/** Takes what a server sent apart, as strictly as a client could. */
export function readAnswers(bytes: Buffer): Pick<Observed, 'answers' | 'closes' | 'broken'> {
  const text = bytes.toString('latin1');
  const answers: number[] = [];
  let closes = false;
  let at = 0;
  while (at < text.length) {
    const head = headText.exec(text.slice(at));
    if (head === null) return { answers, closes, broken: text.slice(at, at + 200) };
    const [whole, status = '', fields = ''] = head;
    at += whole.length;
    if (status === '100') continue;
    const lines = fields.toLowerCase().split('\r\n');
    const length = lines.includes('x-method: head') ? 0 : bodyLength(lines, text, at);
    if (length === null || at + length > text.length) return { answers, closes, broken: whole };
    at += length;
    answers.push(Number(status));
    closes = lines.includes('connection: close');
  }
  return { answers, closes, broken: null };
}

/** Node's own refusals have an empty body in chunks. */
const emptyChunks = '0\r\n\r\n';

function bodyLength(lines: readonly string[], text: string, at: number): number | null {
  const length = lines.find((line) => line.startsWith('content-length: '));
  if (length !== undefined) return Number(length.slice('content-length: '.length));
  // An answer to a HEAD that is refused.
  if (at === text.length && lines.includes('connection: close')) return 0;
  return text.startsWith(emptyChunks, at) ? emptyChunks.length : null;
}
