import type { SeededRandom } from '../../fuzz/engine/random.ts';

// Bytes of one connection as a client might send them who looks for what two servers read differently: requests, mostly
// right, with some of their parts exchanged for odd ones, and then a few octets changed anywhere.

const methods = ['GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'DELETE', 'get', 'GE', 'CONNECT', 'PRI', ''];
const targets = ['/a', '/b?c=%20d', '*', 'http://h/p', '//x', '/a#b', 'a', '/\u00e9', '/ ', ''];
const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/1.1 ', 'http/1.1', ''];
const lineEnds = ['\r\n', '\n', '\r', '\r\r\n', '\n\r', ' \r\n', '\r\n ', '\r\n\t', '\0\r\n'];
const hosts = [
  'Host: a',
  'Host:a',
  'host: a:80',
  'Host: a\r\nHost: b',
  'Host : a',
  ' Host: a',
  'Host: a,b',
  'X: y',
  '',
];
const others = [
  'Connection: close',
  'Connection: keep-alive',
  'Connection: x, close',
  'Expect: 100-continue',
  'X: \t1 ',
  'X:',
  'X: a\u0001b',
  'X\u0000: 1',
  'X',
  ': 1',
  'X: 1\r\n 2',
  'Trailer: X',
  'TE: trailers',
  '(X): 1',
];
const encodings = [
  'Transfer-Encoding: chunked',
  'transfer-encoding:chunked',
  'Transfer-Encoding: Chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding: \u000bchunked',
  'Transfer-Encoding: chunked;x',
  'Transfer_Encoding: chunked',
];
const sizes = ['0x', '+', '-', '00', ' ', '\t', 'g', '_', 'ffffffffffffffff', '100000000'];
const extensions = [';a=b', ';a', ';', ' ;a', '; a', ';a="b\\"c"', ';a="b', ';a=\u0001', ';a=b;c', ';='];
const trailers = [
  'X: 1\r\n',
  'Content-Length: 3\r\n',
  'X : 1\r\n',
  'X\r\n',
  ' X: 1\r\n',
  'Host: b\r\n',
  'X: \u0000\r\n',
];
const octets = [
  '\0',
  '\t',
  '\n',
  '\r',
  '\r\n',
  ' ',
  ',',
  ':',
  ';',
  '"',
  '0',
  '1',
  'a',
  'A',
  '\u007f',
  '\u0080',
  '\u00ff',
];

/** Parts that are wrong are chosen so seldom that most requests get as far as their last. */
const oddOneIn = 10;

function mostly(random: SeededRandom, usual: string, odd: readonly string[]): string {
  return random.oneIn(oddOneIn) ? random.pick(odd) : usual;
}

function makeChunks(random: SeededRandom, lineEnd: () => string): string {
  let text = '';
  for (let left = random.below(4); left > 0; left -= 1) {
    const data = 'abcdefghijklmnopqrstuvwxyz'.slice(0, 1 + random.below(20));
    const length = random.oneIn(12) ? data.length + random.below(3) - 1 : data.length;
    const size = mostly(random, '', sizes) + length.toString(16);
    text += size + (random.oneIn(5) ? random.pick(extensions) : '') + lineEnd() + data + lineEnd();
  }
  return `${text}0${lineEnd()}${random.oneIn(4) ? random.pick(trailers) : ''}${lineEnd()}`;
}

function makeRequest(random: SeededRandom): string {
  const lineEnd = (): string => (random.oneIn(60) ? random.pick(lineEnds) : '\r\n');
  const method = mostly(random, random.pick(['GET', 'POST', 'POST']), methods);
  const target = mostly(random, `/${random.below(100)}`, targets);
  const lines = [`${method} ${target} ${mostly(random, 'HTTP/1.1', versions)}`, mostly(random, 'Host: a', hosts)];
  if (random.oneIn(4)) lines.push(random.pick(others));
  let body = '';
  const hasChunks = random.oneIn(2);
  if (hasChunks) {
    lines.push(mostly(random, 'Transfer-Encoding: chunked', encodings));
    body = makeChunks(random, lineEnd);
  }
  if (random.oneIn(hasChunks ? 12 : 2)) {
    body = hasChunks ? body : 'x'.repeat(random.below(30));
    const length = random.oneIn(12) ? body.length + random.below(5) - 2 : body.length;
    lines.push(`Content-Length: ${mostly(random, '', ['+', '0', '0x', ' ', ',', '1,', '\t'])}${length}`);
  }
  if (random.oneIn(20)) lines.push(random.pick(lines));
  return lines.map((line) => line + lineEnd()).join('') + lineEnd() + body;
}

function change(random: SeededRandom, text: string): string {
  const at = random.below(text.length + 1);
  const end = random.oneIn(3) ? Math.min(text.length, at + random.small(8)) : at + random.below(2);
  return text.slice(0, at) + (random.oneIn(4) ? '' : random.pick(octets)) + text.slice(end);
}

/** One to four requests, a third of them changed afterwards. */
export function makeStream(random: SeededRandom): Buffer {
  let text = '';
  for (let left = random.small(4); left > 0; left -= 1) text += makeRequest(random);
  if (random.oneIn(3)) for (let left = random.small(3); left > 0; left -= 1) text = change(random, text);
  return Buffer.from(text, 'latin1');
}

/** Cuts a stream at up to four places. */
export function cutAtRandom(random: SeededRandom, bytes: Buffer): Buffer[] {
  if (bytes.length < 2 || random.oneIn(3)) return [bytes];
  const places = Array.from({ length: random.small(4) }, () => 1 + random.below(bytes.length - 1));
  const cuts = [0, ...places.toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).flatMap((end, index) => {
    const start = cuts[index] ?? 0;
    return end > start ? [bytes.subarray(start, end)] : [];
  });
}
