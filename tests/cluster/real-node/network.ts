import { execFileSync } from 'node:child_process';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** A network namespace for a node, so that its bridges and rules are its own and go with it. */
export interface NodeNetwork {
  readonly name: string;
  /** This machine as the node sees it, and the node as this machine does. */
  readonly machineAddress: string;
  readonly nodeAddress: string;
  /** The command that runs another one in it. `ip netns exec` would hide the control groups. */
  readonly enter: readonly string[];
  remove(): void;
}

/** Addresses of Services, as the API server gives them out. */
const serviceNetwork = '10.96.0.0/16';

/** Networks of Kubernetes inside it. */
export const podNetwork = { subnet: '10.201.0.0/24', gateway: '10.201.0.1', bridge: 'cni0' };

export function createNodeNetwork(): NodeNetwork {
  const id = process.pid % 65_536;
  const [name, outer] = [`cluster-ai-${id}`, `cai${id}`];
  const prefix = `10.203.${(id >> 6) % 256}`;
  const base = (id % 64) * 4;
  const [machineAddress, nodeAddress] = [`${prefix}.${base + 1}`, `${prefix}.${base + 2}`];
  const enter = ['nsenter', `--net=/run/netns/${name}`];
  const run = (command: string): void => void execFileSync('/bin/sh', ['-ec', command], { stdio: 'pipe' });
  run(`ip netns add ${name}`);
  run(`ip link add ${outer} type veth peer name eth0 netns ${name}`);
  run(`ip address add ${machineAddress}/30 dev ${outer} && ip link set ${outer} up`);
  const inside = enter.join(' ');
  run(`${inside} ip link set lo up`);
  run(`${inside} ip address add ${nodeAddress}/30 dev eth0 && ${inside} ip link set eth0 up`);
  run(`${inside} ip route add default via ${machineAddress}`);
  // Services are reached from this machine, too.
  run(`ip route add ${serviceNetwork} via ${nodeAddress}`);
  run(`${inside} sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1`);
  return {
    name,
    machineAddress,
    nodeAddress,
    enter,
    // The other end of the pair goes with it.
    remove: () => run(`ip link delete ${outer} && ip netns delete ${name}`),
  };
}

/** Lets the node reach a port of this machine's loopback interface, or a socket of its file system, and nobody else. */
export async function forward(address: string, port: number, socket?: string): Promise<Server> {
  const open = new Set<Socket>();
  const server = createServer((caller) => {
    const called = socket === undefined ? connect(port, '127.0.0.1') : connect(socket);
    for (const socket of [caller, called]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      // Either end going away ends the other.
      socket.on('error', () => socket.destroy());
    }
    caller.pipe(called).pipe(caller);
    caller.on('close', () => called.destroy());
    called.on('close', () => caller.destroy());
  });
  server.on('close', () => {
    for (const socket of open) socket.destroy();
  });
  server.listen(port, address);
  await once(server, 'listening');
  return server;
}
