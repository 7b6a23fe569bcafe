import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

/** A program behind the front door that does what a test wants, and remembers what came. */
export interface Behind {
  /** As it stands in a setting. */
  readonly address: string;
  readonly port: number;
  /** Heads of the requests that came, in their order. */
  readonly requests: IncomingMessage[];
  close(): Promise<void>;
}

/** Starts one on an address of this machine. */
export async function startBehind(
  answer: RequestListener,
  { host = '127.0.0.1', port = 0 }: { readonly host?: string; readonly port?: number } = {},
): Promise<Behind> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await listen(server, host, port);
  // A server that listens on a port has an address of this form.
  const taken = (server.address() as AddressInfo).port;
  return {
    address: `${host}:${taken}`,
    port: taken,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

/** Sends these very bytes, and gathers what comes back until the connection ends or nothing comes for a moment. */
export function sendBytes(port: number, bytes: string, quietMs = 300): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(quietMs, end);
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('end', end);
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? end() : reject(error)));
  });
}
