import { Socket, type SocketConstructorOpts } from 'node:net';

/** Where Node keeps its handle of a connection. */
const handleName = '_handle';

/**
 * Reads a connection that a server has accepted into memory that serves all of them. Node otherwise makes a piece of memory
 * for each packet, which costs more than reading the request in it; it lets whoever opens a connection name the memory
 * (`onread`), but not a server. So the connection is taken over by a socket that is told.
 *
 * This needs the name of Node's handle, which is not published. Where there is none, the connection is read as usual.
 * @param socket is left without anything to do, and ends with the socket that is returned.
 * @param memory is overwritten by the next packet of whatever connection.
 * @param read gets what has come; it is lost when it returns.
 * @returns the socket to go on with.
 */
export function readInto(socket: Socket, memory: Uint8Array, read: (bytes: Buffer) => void): Socket {
  const handle: unknown = Reflect.get(socket, handleName);
  if (!takesMemory(handle)) {
    socket.on('data', read);
    return socket;
  }
  const options = {
    handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    onread: {
      buffer: memory,
      callback: (bytes: number, buffer: Uint8Array<ArrayBuffer>): boolean => {
        read(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
        return true;
      },
    },
  };
  // The published type of a handle is for sockets that are bound, and not of a connection.
  const taken = new Socket(options as unknown as SocketConstructorOpts);
  Reflect.set(socket, handleName, null);
  // The server counts the connection that it has accepted.
  taken.once('close', () => socket.destroy());
  return taken;
}

function takesMemory(handle: unknown): handle is object {
  return typeof handle === 'object' && handle !== null && typeof Reflect.get(handle, 'useUserBuffer') === 'function';
}
