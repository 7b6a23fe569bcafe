import { hostname } from 'node:os';
import { isIP } from 'node:net';
import { isLoopbackAddress } from '@cluster-ai/core/access/loopback.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { readPublicUrl } from '@cluster-ai/core/access/public-url.ts';
import { checkCertificate, readTexts } from '@cluster-ai/platform/tls/certificate.ts';
import type { Certificate } from '@cluster-ai/platform/tls/certificate.ts';
import { certificatePaths } from '@cluster-ai/platform/tls/listener-rule.ts';
import type { TlsSettings } from '@cluster-ai/platform/tls/listener-rule.ts';
import { numbersTo } from './gateway-numbers.ts';
import { choosePorts } from './ports.ts';
import type { Listener } from './ports.ts';
import type { UpSettings } from './settings.ts';

/** Where everything listens. */
export interface Addresses {
  readonly controlPort: number;
  readonly gatewayPort: number;
  readonly grpcPort: number;
  /** One of each gateway, in the order of their numbers. */
  readonly metricsPorts: readonly number[];
  /** For people: `http://localhost:3000`, or under the name that other machines know. */
  readonly url: string;
  readonly gatewayUrl: string;
  /** Host and port of gRPC for people, as its clients take them; null where it is off. */
  readonly grpcAddress: string | null;
  /** Between the programs, and for commands on this machine: by address, so that no resolver is asked. */
  readonly controlUrl: string;
  readonly gatewayInternalUrl: string;
  readonly metricsUrls: readonly string[];
  /** Other machines can reach the front door or the gateway: callers need a key. */
  readonly isOpen: boolean;
  /** The gateway's certificate where no authority stands behind it: a command for people must name it. */
  readonly selfSignedFile: string | undefined;
}

/**
 * Reads the certificates too, so that one that cannot be used is told before anything is started.
 * @throws ClusterError ALREADY_RUNNING when a port is taken, CONFIG_INVALID for a certificate that cannot be used.
 */
export async function chooseAddresses({ up, controlPlane, gateway }: UpSettings): Promise<Addresses> {
  const front = controlPlane.value.http;
  const { http, grpc, metrics } = gateway.value;
  const grpcListeners = grpc.enabled
    ? [{ ...grpc, host: http.host, what: 'gRPC', flag: '--grpc-port', setting: 'grpc.port of the gateway' }]
    : [];
  const ports = await choosePorts([
    { ...front, what: 'dashboard and API', flag: '--port', setting: 'http.port of the control plane' },
    { ...http, what: 'predictions', flag: '--gateway-port', setting: 'http.port of the gateway' },
    ...metricsListeners(metrics, up.value.gateways),
    ...grpcListeners,
  ]);
  const [controlPort = 0, gatewayPort = 0, ...others] = ports;
  const metricsPorts = others.slice(0, up.value.gateways);
  const [grpcPort = 0] = others.slice(up.value.gateways);
  const controlScheme = front.tls.certFile === undefined ? 'http' : 'https';
  const gatewayScheme = http.tls.certFile === undefined ? 'http' : 'https';
  const controlName = nameForPeople(front.host, (await readTls(front.tls))?.names ?? []);
  const certificate = await readTls(http.tls);
  const gatewayName = nameForPeople(http.host, certificate?.names ?? []);
  return {
    controlPort,
    gatewayPort,
    grpcPort,
    metricsPorts,
    url: originOf(front.publicUrl) ?? `${controlScheme}://${controlName}:${controlPort}`,
    gatewayUrl: originOf(http.publicUrl) ?? `${gatewayScheme}://${gatewayName}:${gatewayPort}`,
    grpcAddress: grpc.enabled ? `${gatewayName}:${grpcPort}` : null,
    controlUrl: `${controlScheme}://${reachable(front.host)}:${controlPort}`,
    gatewayInternalUrl: `${gatewayScheme}://${reachable(http.host)}:${gatewayPort}`,
    metricsUrls: metricsPorts.map((port) => `http://${reachable(metrics.host)}:${port}`),
    isOpen: !isLocal(front.host) || !isLocal(http.host),
    selfSignedFile: certificate?.isSelfSigned === true ? http.tls.certFile : undefined,
  };
}

/** The first has the port of the settings, the others those after it. */
function metricsListeners(metrics: ListenAddress, gateways: number): Listener[] {
  const last = metrics.port + gateways - 1;
  if (metrics.port !== 0 && last > 65_535) {
    const text = `${gateways} gateways need the metrics ports ${metrics.port} to ${last}, and 65535 is the last port`;
    throw new ClusterError('CONFIG_INVALID', text, { fix: 'choose a lower --metrics-port' });
  }
  return numbersTo(gateways).map((number) => ({
    host: metrics.host,
    port: metrics.port === 0 ? 0 : metrics.port + number - 1,
    what: number === 1 ? 'metrics' : `metrics of gateway ${number}`,
    flag: '--metrics-port',
    setting: 'metrics.port of the gateway',
  }));
}

interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

async function readTls(tls: TlsSettings): Promise<Certificate | null> {
  const paths = certificatePaths('http', tls);
  return paths === null ? null : checkCertificate(await readTexts(paths), paths);
}

/**
 * A listener on every address has none of its own to be opened under: it goes by the name of its certificate, or by that
 * of the machine.
 */
function nameForPeople(host: string, names: readonly string[]): string {
  if (host === '127.0.0.1' || host === '::1') return 'localhost';
  return isEveryAddress(host) ? (names.find((name) => name !== 'localhost') ?? hostname()) : hostInUrl(host);
}

function reachable(host: string): string {
  if (!isEveryAddress(host)) return hostInUrl(host);
  return isIP(host) === 6 ? '[::1]' : '127.0.0.1';
}

function isLocal(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host);
}

function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || /^[0:]+$/.test(host);
}

function originOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : readPublicUrl(url).origin;
}

function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
