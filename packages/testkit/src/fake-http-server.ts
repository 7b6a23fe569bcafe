import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeHttpServer {
  readonly url: string;
  /** Method and path of each request, oldest first. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

/**
 * An HTTP server of a test, on a free port or on one that it had before.
 * @param handler answers each request; what it throws fails the request with 500.
 */
export async function startFakeHttpServer(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<FakeHttpServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    try {
      handler(request, response);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // A TCP server's address is an object; only pipes have text.
  const { port: taken } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return { url: `http://127.0.0.1:${taken}`, requests, close };
}
