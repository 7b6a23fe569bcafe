/** Requests as they should be, with what has rules of its own: an address as target, chunks with an extension, trailers. */
export const rightStreams = {
  plain: 'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc',
  address:
    'POST http://a.b:80/p?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nX-Name: some value\r\n\r\nabcGET /n HTTP/1.1\r\nHost: b\r\n\r\n',
  chunked:
    'POST /p HTTP/1.1\r\nHost: a:80\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n3;ext=1\r\nabc\r\n0\r\nTrail: er\r\n\r\nGET /n HTTP/1.1\r\nHost: b\r\n\r\n',
  old: 'PUT /p HTTP/1.0\r\nConnection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab',
} as const;

const octets = 256;

/** A stream in which one octet is another one: every octet in every place. */
export function* replacedOctets(text: string): Generator<Buffer> {
  const right = Buffer.from(text, 'latin1');
  for (const at of right.keys()) {
    for (let octet = 0; octet < octets; octet += 1) yield joined(right.subarray(0, at), octet, right.subarray(at + 1));
  }
}

/** A stream with one octet more: every octet before every place. */
export function* insertedOctets(text: string): Generator<Buffer> {
  const right = Buffer.from(text, 'latin1');
  for (const at of right.keys()) {
    for (let octet = 0; octet < octets; octet += 1) yield joined(right.subarray(0, at), octet, right.subarray(at));
  }
}

function joined(before: Uint8Array, octet: number, behind: Uint8Array): Buffer {
  return Buffer.concat([before, Uint8Array.of(octet), behind]);
}

/** Lines whose target has an octet where hosts, ports, paths and queries begin, go on and end. */
const targets: readonly ((octet: string) => string)[] = [
  (octet) => `GET http://a${octet}b/p`,
  (octet) => `GET http://${octet}/p`,
  (octet) => `GET http://a${octet}`,
  (octet) => `GET http://a:8${octet}/p`,
  (octet) => `GET http://a/p${octet}q`,
  (octet) => `GET http://a?p${octet}q`,
  (octet) => `GET /p${octet}q`,
  (octet) => `GET /p?q${octet}r`,
  (octet) => `GET /${octet}`,
  (octet) => `CONNECT a${octet}b:80`,
  (octet) => `CONNECT a:8${octet}`,
  (octet) => `OPTIONS *${octet}`,
];

export function* targetOctets(): Generator<Buffer> {
  for (const line of targets) {
    for (let octet = 0; octet < octets; octet += 1) {
      yield Buffer.from(`${line(String.fromCharCode(octet))} HTTP/1.1\r\nHost: a\r\n\r\n`, 'latin1');
    }
  }
}
