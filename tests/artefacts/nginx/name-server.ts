import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A server of names for tests: it tells where each name is at the moment. */
export interface NameServer {
  /** As it stands in a setting. */
  readonly address: string;
  /** Addresses of IPv4 by name. */
  readonly names: Map<string, readonly string[]>;
  /** How often somebody asked. */
  questions(): number;
  close(): void;
}

const typeA = 1;
/** What a container engine says: nginx must not keep it for so long. */
const liveSeconds = 600;

/** Starts one that answers questions for addresses of IPv4 (RFC 1035), and knows nothing of other types. */
export async function startNameServer(): Promise<NameServer> {
  const names = new Map<string, readonly string[]>();
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (question, { address, port }) => {
    asked += 1;
    socket.send(answerTo(question, names), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    names,
    questions: () => asked,
    close: () => void socket.close(),
  };
}

function answerTo(question: Buffer, names: ReadonlyMap<string, readonly string[]>): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const asked = question.subarray(12, at + 5);
  const type = question.readUInt16BE(at + 1);
  const known = names.get(labels.join('.'));
  const addresses = type === typeA ? (known ?? []) : [];
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  // An answer, with recursion; code 3 is "no such name".
  head.writeUInt16BE(known === undefined ? 0x8183 : 0x8180, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const record = Buffer.alloc(16);
    // The name is the one of the question.
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(typeA, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(liveSeconds, 6);
    record.writeUInt16BE(4, 10);
    for (const [index, octet] of address.split('.').entries()) record[12 + index] = Number(octet);
    return record;
  });
  return Buffer.concat([head, asked, ...records]);
}
