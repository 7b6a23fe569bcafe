import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { problemContentType, problemOf } from './problem.ts';

/** Header of a request at most, bytes. */
export const headerBytesMax = 16_384;

/** Answers bytes that are no HTTP request, or whose header is too large or too slow, and closes the connection. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  // A connection that broke, or a TLS handshake that failed, has nobody who could read an answer.
  const isAboutHttp = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' || error.code?.startsWith('HPE_') === true;
  if (!isAboutHttp || !socket.writable) {
    socket.destroy();
    return;
  }
  sendLastWords(reasonOf(error.code), socket);
}

/** Answers a request for a tunnel, which nobody gets. Node has let go of its socket. */
export function refuseConnect(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  sendLastWords(new ClusterError('METHOD_NOT_ALLOWED', 'CONNECT is not supported'), socket);
}

function sendLastWords(error: ClusterError, socket: Socket): void {
  const problem = problemOf(error, randomUUID());
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\nContent-Type: ${problemContentType}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${problem.requestId}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function reasonOf(code: string | undefined): ClusterError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ClusterError('REQUEST_TIMEOUT', 'the header of the request did not arrive in time');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ClusterError('HEADER_TOO_LARGE', `the header of the request is larger than ${headerBytesMax} bytes`);
  }
  return new ClusterError('INVALID_ARGUMENT', 'this is not an HTTP request');
}
