import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';

/**
 * Connections of a TLS server that have not finished their handshake. Node tells of them as plain sockets, of the finished
 * ones as others, and does not say which belong together; their far ends do.
 */
export class NodeTlsHandshakes {
  private readonly sockets = new Map<string, Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const key = farEnd(socket);
      this.sockets.set(key, socket);
      socket.once('close', () => {
        if (this.sockets.get(key) === socket) this.sockets.delete(key);
      });
    });
    server.on('secureConnection', (socket: TLSSocket) => this.sockets.delete(farEnd(socket)));
  }

  /** Ends those that are still at it: none of them carries a request yet. */
  cut(): void {
    for (const socket of this.sockets.values()) socket.destroy();
  }
}

function farEnd({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
