import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Transform } from 'node:stream';

export type LinkState = 'whole' | 'cut' | 'black-hole';

export interface FailoverProxy {
  readonly url: string;
  /** The port that connections go to at present. */
  readonly target: number;
  /** Bytes that clients have sent, on all connections. */
  readonly sentBytes: number;
  /** Bytes a second that each connection takes from its client at most. */
  throttle(bytesPerSecond: number): void;
  /**
   * `cut`: connections end, and new ones end at once. `black-hole`: connections stay and new ones come about, and every
   * byte vanishes. Back to `whole`, a connection of which bytes have vanished stays silent until one end sends: then it
   * ends, as behind a firewall that has forgotten it.
   */
  setLink(state: LinkState): void;
  close(): Promise<void>;
}

/**
 * Stands before several servers of this machine, as a balancer would: connections go to one of them as long as it accepts
 * any, then to the next. One that ends takes its connections with it; the client has to ask again.
 */
export async function startFailoverProxy(ports: readonly number[]): Promise<FailoverProxy> {
  const sockets = new Set<Socket>();
  let index = 0;
  let sentBytes = 0;
  let bytesPerSecondMax = Number.POSITIVE_INFINITY;
  let link: LinkState = 'whole';

  async function open(): Promise<Socket | null> {
    for (let attempt = 0; attempt < ports.length; attempt += 1) {
      const tried = index;
      const socket = await connected(ports[tried] ?? 0);
      if (socket !== null) return socket;
      if (index === tried) index = (index + 1) % ports.length;
    }
    return null;
  }

  const server = createServer({ pauseOnConnect: true }, (client) => {
    sockets.add(client);
    client.on('close', () => sockets.delete(client)).on('error', () => client.destroy());
    if (link === 'cut') client.destroy();
    else if (link === 'black-hole') swallow(client);
    else void join(client);
  });

  async function join(client: Socket): Promise<void> {
    const target = await open();
    if (target === null || client.destroyed) {
      client.destroy();
      target?.destroy();
      return;
    }
    sockets.add(target);
    target.on('error', () => client.destroy());
    target.on('close', () => {
      sockets.delete(target);
      client.destroy();
    });
    client.on('close', () => target.destroy());
    client.on('data', (chunk) => (sentBytes += chunk.length));
    const forgotten = createForgetting(() => link === 'black-hole', [client, target]);
    client
      .pipe(forgotten())
      .pipe(slowed(() => bytesPerSecondMax))
      .pipe(target);
    target.pipe(forgotten()).pipe(client);
  }

  /** A connection that came about while every byte vanishes. */
  function swallow(client: Socket): void {
    client.pipe(createForgetting(() => link === 'black-hole', [client])()).resume();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is an object; only pipes have text.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get target() {
      return ports[index] ?? 0;
    },
    get sentBytes() {
      return sentBytes;
    },
    throttle: (bytesPerSecond) => {
      bytesPerSecondMax = bytesPerSecond;
    },
    setLink: (state) => {
      link = state;
      if (state === 'cut') for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function connected(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(null));
  });
}

/** Streams of one connection, of which bytes vanish while `vanishes` says so; afterwards its ends are destroyed by the next byte. */
function createForgetting(vanishes: () => boolean, ends: readonly Socket[]): () => Transform {
  let lost = false;
  return () =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (vanishes()) lost = true;
        else if (lost) for (const socket of ends) socket.destroy();
        if (lost) done();
        else done(null, chunk);
      },
    });
}

function slowed(bytesPerSecond: () => number): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      setTimeout(done, (chunk.length / bytesPerSecond()) * 1_000, null, chunk);
    },
  });
}
