import { Socket, type SocketConstructorOpts } from 'node:net';

/** Where Node keeps its handle of a connection. */
const handleName = '_handle';

/** Views of more bytes are made each time: they cost little beside what is read. */
const viewBytesMax = 4_096;

/** So much of a connection is read at a time, bytes. Four times as much took longer for a body of 0.6 MB, not shorter. */
const readBytesMax = 65_536;

/** Memory that packets are read into, one after the other. Packets of one length share a view: making one costs as much as a small body. */
export class ReadMemory {
  readonly bytes: Buffer;
  private readonly views: (Buffer | undefined)[] = [];

  constructor(bytesMax = readBytesMax) {
    this.bytes = Buffer.alloc(bytesMax);
  }

  first(length: number): Buffer {
    if (length > viewBytesMax) return this.bytes.subarray(0, length);
    return (this.views[length] ??= this.bytes.subarray(0, length));
  }
}

/**
 * Reads a connection that a server has accepted into memory that serves all of them. Node otherwise makes a piece of memory
 * for each packet, which costs more than reading the request in it; it lets whoever opens a connection name the memory
 * (`onread`), but not a server. So the connection is taken over by a socket that is told.
 *
 * This needs the name of Node's handle, which is not published. Where there is none, the connection is read as usual.
 * @param socket is left without anything to do, and ends with the socket that is returned.
 * @param memory is overwritten by the next packet of whatever connection.
 * @param read gets what has come; it is lost when it returns.
 * @param room is asked before each packet where it is to go, if not there: `read` gets it all the same. Null says there.
 * @returns the socket to go on with.
 */
export function readInto(
  socket: Socket,
  memory: ReadMemory,
  read: (bytes: Buffer) => void,
  room: () => Buffer | null = noRoom,
): Socket {
  const handle: unknown = Reflect.get(socket, handleName);
  if (!takesMemory(handle)) {
    socket.on('data', read);
    return socket;
  }
  let target: Buffer | null = null;
  const options = {
    handle,
    allowHalfOpen: socket.allowHalfOpen,
    readable: true,
    writable: true,
    onread: {
      // Node takes nothing for the memory that it has.
      buffer: (): Buffer | undefined => {
        const next = room() ?? memory.bytes;
        if (next === target) return undefined;
        target = next;
        return next;
      },
      callback: (bytes: number, into: Buffer): boolean => {
        read(into === memory.bytes ? memory.first(bytes) : into.subarray(0, bytes));
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

function noRoom(): null {
  return null;
}

function takesMemory(handle: unknown): handle is object {
  return typeof handle === 'object' && handle !== null && typeof Reflect.get(handle, 'useUserBuffer') === 'function';
}
