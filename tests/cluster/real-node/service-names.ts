import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fields, listOf, text } from '../release/references.ts';
import type { Cluster } from '../control-plane/start-cluster.ts';

const suffix = '.svc.cluster.local';

/**
 * Answers `<service>.<namespace>.svc.cluster.local` with the Service's address, or with those of its ready pods where it
 * has none, in place of CoreDNS (RFC 1035; the Kubernetes DNS specification 1.1.0, of which only A records are needed
 * here).
 */
export async function serveNames(cluster: Cluster, address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (query, caller) => {
    void answer(cluster, query).then(
      (reply) => socket.send(reply, caller.port, caller.address),
      // The API server is going: so is this cluster.
      () => undefined,
    );
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

async function answer(cluster: Cluster, query: Buffer): Promise<Buffer> {
  const { name, end } = questionName(query);
  const type = query.readUInt16BE(end);
  const question = query.subarray(12, end + 4);
  const found = name.endsWith(suffix) ? await addressesOf(cluster, name.slice(0, -suffix.length)) : null;
  const given = type === 1 ? (found ?? []) : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  // An answer with authority: 3 says that there is no such name.
  header.writeUInt16BE(0x8580 | (found === null ? 3 : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(given.length, 6);
  // The name of the question, type A, class IN, five seconds, four bytes.
  const records = given.map((address) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, question, ...records]);
}

function questionName(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let offset = 12;
  for (let length = query.readUInt8(offset); length > 0; length = query.readUInt8(offset)) {
    labels.push(query.toString('latin1', offset + 1, offset + 1 + length));
    offset += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: offset + 1 };
}

/** @returns null when there is no such Service. */
async function addressesOf(cluster: Cluster, name: string): Promise<string[] | null> {
  const [service = '', namespace = ''] = name.split('.');
  const { status, body } = await cluster.api.send('GET', `/api/v1/namespaces/${namespace}/services/${service}`);
  if (status !== 200) return null;
  const address = text(fields(fields(body)['spec'])['clusterIP']);
  if (address !== 'None') return address === '' ? null : [address];
  const slices = await cluster.api.list(`/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`);
  return slices
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service)
    .flatMap((slice) => listOf(slice['endpoints']))
    .filter((endpoint) => fields(endpoint['conditions'])['ready'] === true)
    .flatMap((endpoint) => (Array.isArray(endpoint['addresses']) ? endpoint['addresses'].map(text) : []));
}
