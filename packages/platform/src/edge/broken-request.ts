import type { Duplex } from 'node:stream';

/**
 * Answers what never became a request: the parser gave up, the header was too large, or it came too slowly. Node would
 * close the connection without a body; clients deserve the reason.
 */
export function rejectBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, sentence] = verdict(error.code);
  const body = JSON.stringify({ error: sentence });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function verdict(code: string | undefined): readonly [status: string, sentence: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['431 Request Header Fields Too Large', 'the request header is larger than the limit'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['408 Request Timeout', 'the request did not arrive whole in time'];
    default:
      return ['400 Bad Request', 'the request is not valid HTTP/1.1'];
  }
}
