/**
 * A real node for the cluster of `control-plane/start-cluster.ts`: containerd and runc of Debian, a kubelet and a
 * kube-proxy of the cluster's own version, in a network namespace of their own. Pods run; their Services are reached from
 * the node and from other pods by address and by name. Its bridge keeps no NetworkPolicies.
 *
 *     const node = await startNode(cluster);
 *     await node.importImage('/path/of/archive.tar');
 *     node.run('curl', ['-sS', 'http://10.96.0.17:8000/…']);   // on the node
 *     await node.stop();
 *
 * Needs root, and the Debian packages containerd, runc, containernetworking-plugins, iptables and iproute2.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, waitUntil, type ServerProcess } from '../control-plane/server-process.ts';
import type { Cluster } from '../control-plane/start-cluster.ts';
import { fields, listOf } from '../release/references.ts';
import {
  containerdConfiguration,
  kubeletConfiguration,
  networkConfiguration,
  proxyConfiguration,
} from './configurations.ts';
import { writeImageOfProgram } from './image-archive.ts';
import { createNodeNetwork, forward, podNetwork, type NodeNetwork } from './network.ts';
import { removeLeftovers } from './leftovers.ts';
import { serveNames } from './service-names.ts';

const PAUSE = 'cluster-ai.local/pause:1';
const NODE = 'machine';

export interface RealNode {
  readonly network: NodeNetwork;
  /** Milliseconds from the start of containerd until the node was Ready. */
  readonly readyAfterMs: number;
  /** An image that the node has: a program that waits. */
  readonly pauseImage: string;
  /** From a file in the form of `docker save` or of OCI. */
  importImage(archive: string): void;
  /** Runs a program in the node's network. @returns what it printed. */
  run(program: string, args: readonly string[]): string;
  stop(): Promise<void>;
}

export async function startNode(cluster: Cluster): Promise<RealNode> {
  const beganMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-node-'));
  const network = createNodeNetwork();
  const servers: ServerProcess[] = [];
  const closing: (() => void)[] = [];
  const start = (name: string, program: string, args: readonly string[]): void => {
    const [enter = '', ...rest] = network.enter;
    servers.push(startServer(name, enter, [...rest, program, ...args], join(folder, `${name}.log`)));
  };
  const run = (program: string, args: readonly string[]): string => {
    const [enter = '', ...rest] = network.enter;
    return execFileSync(enter, [...rest, program, ...args], { encoding: 'utf8', timeout: 120_000 });
  };
  const socket = join(folder, 'containerd.sock');
  const importImage = (archive: string): void =>
    void run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive]);
  const stop = async (): Promise<void> => {
    for (const server of servers.toReversed()) await server.stop();
    for (const close of closing) close();
    await removeLeftovers(folder);
    network.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const api = await forward(network.machineAddress, cluster.apiPort);
    const names = await serveNames(cluster, network.machineAddress);
    closing.push(
      () => void api.close(),
      () => void names.close(),
    );
    writeConfigurations(cluster, folder, network);
    start('containerd', 'containerd', ['--config', join(folder, 'containerd.toml')]);
    await waitUntil('containerd answers', () => Promise.resolve(answers(run, socket)), { servers });
    writeImageOfProgram(PAUSE, cluster.programs.pause, join(folder, 'pause.tar'));
    importImage(join(folder, 'pause.tar'));
    start('kubelet', cluster.programs.kubernetes, [
      'kubelet',
      `--config=${join(folder, 'kubelet.json')}`,
      `--kubeconfig=${join(folder, 'kubelet.kubeconfig')}`,
      `--root-dir=${join(folder, 'kubelet')}`,
      `--cert-dir=${join(folder, 'certificates')}`,
      `--hostname-override=${NODE}`,
      `--node-ip=${network.nodeAddress}`,
    ]);
    start('kube-proxy', cluster.programs.kubernetes, ['kube-proxy', `--config=${join(folder, 'kube-proxy.json')}`]);
    await waitUntil('the node is Ready', () => isReady(cluster), { servers, timeoutMs: 120_000 });
    openNames(run, network, names.address().port);
    await createNameService(cluster, network.machineAddress, names.address().port);
  } catch (error) {
    await stop();
    throw error;
  }
  const readyAfterMs = performance.now() - beganMs;
  console.log(`the real node is ready after ${(readyAfterMs / 1000).toFixed(1)} s`);
  return { network, readyAfterMs, pauseImage: PAUSE, importImage, run, stop };
}

type Run = (program: string, args: readonly string[]) => string;

function writeConfigurations(cluster: Cluster, folder: string, network: NodeNetwork): void {
  const path = (name: string): string => join(folder, name);
  for (const name of ['cni', 'kubelet', 'logs', 'volume-plugins', 'certificates']) mkdirSync(path(name));
  const certificate = cluster.files.authority.issue({ names: [NODE, network.nodeAddress] });
  writeFileSync(path('node.crt'), certificate.cert);
  writeFileSync(path('node.key'), certificate.key, { mode: 0o600 });
  // Every name of this machine's own resolver stays unknown in pods.
  writeFileSync(path('resolv.conf'), '');
  writeFileSync(path('containerd.toml'), containerdConfiguration(folder, PAUSE));
  writeFileSync(path('cni/10-pods.conflist'), JSON.stringify(networkConfiguration(folder)));
  for (const caller of ['kubelet', 'kube-proxy'] as const) {
    const server = `https://${network.machineAddress}:${cluster.apiPort}`;
    const config = readFileSync(cluster.files.kubeconfig(caller), 'utf8');
    // Its certificate is for the loopback interface, from which it is forwarded.
    const there = config.replace(/"server":"[^"]+"/, `"server":"${server}","tls-server-name":"localhost"`);
    writeFileSync(path(`${caller}.kubeconfig`), there, { mode: 0o600 });
  }
  const kubelet = kubeletConfiguration({
    folder,
    clientAuthority: cluster.files.path('ca.crt'),
    certificate: path('node.crt'),
    key: path('node.key'),
  });
  writeFileSync(path('kubelet.json'), JSON.stringify(kubelet));
  writeFileSync(path('kube-proxy.json'), JSON.stringify(proxyConfiguration(path('kube-proxy.kubeconfig'))));
}

function answers(run: Run, socket: string): boolean {
  try {
    run('ctr', ['--address', socket, 'version']);
    return true;
  } catch {
    // It does not listen yet; when it never does, the wait ends with its log.
    return false;
  }
}

async function isReady(cluster: Cluster): Promise<boolean> {
  const { status, body } = await cluster.api.send('GET', `/api/v1/nodes/${NODE}`);
  const conditions = listOf(fields(fields(body)['status'])['conditions']);
  return status === 200 && conditions.some(({ type, status: state }) => type === 'Ready' && state === 'True');
}

/** Pods ask for names at the bridge, port 53: sent on to where they are answered. */
function openNames(run: Run, network: NodeNetwork, port: number): void {
  const to = `${network.machineAddress}:${port}`;
  const rule = ['-d', podNetwork.gateway, '-p', 'udp', '--dport', '53', '-j', 'DNAT', '--to-destination', to];
  run('iptables', ['-t', 'nat', '-A', 'PREROUTING', ...rule]);
}

/** Programs that look names up themselves (nginx) ask the Service that every cluster has for it. */
async function createNameService(cluster: Cluster, address: string, port: number): Promise<void> {
  const metadata = { name: 'kube-dns', namespace: 'kube-system' };
  const ports = [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: port }];
  const labels = { 'kubernetes.io/service-name': metadata.name };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels },
    addressType: 'IPv4',
    ports: [{ name: 'dns', port, protocol: 'UDP' }],
    endpoints: [{ addresses: [address] }],
  };
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } };
  await cluster.kubectl(['apply', '-f', '-'], {
    stdin: [service, slice].map((one) => JSON.stringify(one)).join('\n---\n'),
  });
}
