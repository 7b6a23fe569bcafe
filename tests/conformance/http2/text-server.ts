import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { encodeHeaders } from '@cluster-ai/platform/edge/http2/hpack/encode-headers.ts';
import { Http2Connection } from '@cluster-ai/platform/edge/http2/http2-connection.ts';
import type { Http2Stream, StreamConsumer } from '@cluster-ai/platform/edge/http2/http2-stream.ts';
import type { TlsIdentity } from '@cluster-ai/platform/tls/certificate.ts';

const headers = encodeHeaders([
  [':status', '200'],
  ['content-type', 'text/plain'],
]);

const limits = {
  streamsMax: 100,
  headerBytesMax: 16_384,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 30_000,
  idleTimeoutMs: 30_000,
};

/** A server on our connection of HTTP/2 that answers whatever it is asked with a line of text. */
export async function startTextServer(tls?: TlsIdentity): Promise<{ readonly port: number; stop(): void }> {
  const open = new Set<Http2Connection>();
  const accept = (socket: Socket): void => {
    const connection = new Http2Connection(socket, {
      ...limits,
      onRequest: (stream) => new TextAnswer(stream),
      onDefect: (error) => {
        throw error;
      },
      onClosed: () => open.delete(connection),
    });
    open.add(connection);
  };
  const server: Server =
    tls === undefined ? createServer(accept) : createTlsServer({ ...tls, ALPNProtocols: ['h2'] }, accept);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const sweeper = setInterval(() => {
    for (const connection of open) connection.sweep(performance.now());
  }, 200);
  const stop = (): void => {
    clearInterval(sweeper);
    for (const connection of open) connection.destroy();
    server.close();
  };
  // A TCP server's address is an object; only pipes have text.
  return { port: (server.address() as AddressInfo).port, stop };
}

class TextAnswer implements StreamConsumer {
  private readonly stream: Http2Stream;

  constructor(stream: Http2Stream) {
    this.stream = stream;
  }

  onData(bytes: Buffer): void {
    this.stream.consumed(bytes.length);
  }

  onEnd(): void {
    this.stream.sendHeaders(headers, false);
    this.stream.sendData(Buffer.from('a line of text\n'));
    this.stream.sendEnd();
    this.stream.owner.handled();
  }

  onAbort(): void {}
  onDrained(): void {}
  onDraining(): void {}
  onSweep(): void {}
}
