import { isIP } from 'node:net';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/** A program behind nginx, by name or address. */
export interface Program {
  readonly host: string;
  readonly port: number;
  /** Of a hundred requests, how many it is given; null for a part of what is left. */
  readonly percent: number | null;
}

/** What differs from one installation of the front door to the next. */
export interface FrontDoorSettings {
  readonly backend: readonly Program[];
  readonly gateways: readonly Program[];
  readonly gatewaysGrpc: readonly Program[];
  /** A server of names by its address, or by a name that is looked up when nginx starts. */
  readonly resolver: string;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Null: the name that the client used. */
  readonly publicUrl: string | null;
  readonly trustedProxies: readonly string[];
  /** Requests a second of one client; 0 is no limit. */
  readonly ratePerSecond: { readonly api: number; readonly predict: number; readonly signIn: number };
  readonly requestsAtOnceMax: number;
  readonly connectionsMax: number;
  readonly apiBodyBytesMax: number;
  readonly predictBodyBytesMax: number;
  readonly uploadBytesMax: number;
  readonly workers: number;
  readonly drainSeconds: number;
  readonly ports: { readonly http: number; readonly https: number; readonly grpc: number };
  /** An address of this machine; null for every one. */
  readonly address: string | null;
  readonly ipv6: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const hostName = /^[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?$/i;
const filePath = /^\/[A-Za-z0-9._/@+-]+$/;
const httpsUrl = /^https:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i;

/**
 * Reads the settings of the front door. Every text of it ends up in a configuration of nginx: so each must have its form.
 * @throws ClusterError CONFIG_INVALID naming the variable.
 */
export function readFrontDoorSettings(environment: Environment): FrontDoorSettings {
  const text = (name: string, fallback: string): string => {
    const given = environment[name]?.trim() ?? '';
    return given === '' ? fallback : given;
  };
  const whole = (name: string, fallback: number, min: number, max: number): number => {
    const given = text(name, String(fallback));
    const value = Number(given);
    if (/^\d+$/.test(given) && value >= min && value <= max) return value;
    throw refused(name, `${JSON.stringify(given)} is no whole number from ${min} to ${max}`);
  };
  const optional = (name: string, form: RegExp, wanted: string): string | null => {
    const given = text(name, '');
    if (given === '') return null;
    if (form.test(given)) return given;
    throw refused(name, `${JSON.stringify(given)} is not ${wanted}`);
  };
  const programs = (name: string, fallback: string): readonly Program[] => readPrograms(name, text(name, fallback));
  const rate = (name: string, fallback: number): number => whole(`CLUSTER_AI_RATE_LIMIT_${name}`, fallback, 0, 1e6);
  const port = (name: string, fallback: number): number => whole(name, fallback, 1, 65_535);
  return {
    backend: programs('CLUSTER_AI_BACKEND', 'backend:3000'),
    gateways: programs('CLUSTER_AI_GATEWAYS', 'inference-gateway:8000'),
    gatewaysGrpc: programs('CLUSTER_AI_GATEWAYS_GRPC', 'inference-gateway:8001'),
    resolver: readResolver('CLUSTER_AI_RESOLVER', text('CLUSTER_AI_RESOLVER', '127.0.0.11')),
    tls: readTls(
      optional('CLUSTER_AI_TLS_CERT_FILE', filePath, 'an absolute path of letters, digits and ._/@+-'),
      optional('CLUSTER_AI_TLS_KEY_FILE', filePath, 'an absolute path of letters, digits and ._/@+-'),
    ),
    publicUrl: optional('CLUSTER_AI_PUBLIC_URL', httpsUrl, 'of the form https://cluster-ai.example.com'),
    trustedProxies: readNetworks('CLUSTER_AI_TRUSTED_PROXIES', text('CLUSTER_AI_TRUSTED_PROXIES', '')),
    ratePerSecond: { api: rate('API', 100), predict: rate('PREDICT', 2_000), signIn: rate('SIGN_IN', 2) },
    requestsAtOnceMax: whole('CLUSTER_AI_REQUESTS_AT_ONCE_MAX', 512, 1, 60_000),
    connectionsMax: whole('CLUSTER_AI_CONNECTIONS_MAX', 4_096, 64, 60_000),
    apiBodyBytesMax: whole('CLUSTER_AI_API_BODY_BYTES_MAX', 2 ** 20, 1_024, 2 ** 40),
    predictBodyBytesMax: whole('CLUSTER_AI_PREDICT_BODY_BYTES_MAX', 64 * 2 ** 20, 1_024, 2 ** 40),
    uploadBytesMax: whole('CLUSTER_AI_UPLOAD_BYTES_MAX', 10 * 2 ** 30, 1_024, 2 ** 50),
    workers: whole('CLUSTER_AI_WORKERS', 2, 1, 1_024),
    drainSeconds: whole('CLUSTER_AI_DRAIN_SECONDS', 25, 1, 3_600),
    ports: {
      http: port('CLUSTER_AI_FRONT_DOOR_HTTP_PORT', 8080),
      https: port('CLUSTER_AI_FRONT_DOOR_HTTPS_PORT', 8443),
      grpc: port('CLUSTER_AI_FRONT_DOOR_GRPC_PORT', 8001),
    },
    address: readAddress('CLUSTER_AI_FRONT_DOOR_ADDRESS', text('CLUSTER_AI_FRONT_DOOR_ADDRESS', '')),
    ipv6: readSwitch('CLUSTER_AI_IPV6', text('CLUSTER_AI_IPV6', 'off')),
  };
}

function refused(name: string, why: string): ClusterError {
  return new ClusterError('CONFIG_INVALID', `${name}: ${why}`, { fix: 'see docs/guides/front-door.md' });
}

/** `host:port`, several with spaces between, each with a share in percent or without. */
function readPrograms(name: string, text: string): readonly Program[] {
  const all = text.split(/\s+/).map((entry): Program => {
    const [, host = '', port = '', percent] = /^\[?([^\s=]+?)\]?:(\d{1,5})(?:=(\d{1,3}))?$/.exec(entry) ?? [];
    const isHost = isIP(host) !== 0 || hostName.test(host);
    if (!isHost || Number(port) < 1 || Number(port) > 65_535) {
      const forms = 'gateway.internal:8000, 10.0.0.7:8000 or [fd00::7]:8000';
      throw refused(name, `${JSON.stringify(entry)} is no host with a port, such as ${forms}`);
    }
    if (host.toLowerCase() === 'localhost') {
      throw refused(name, 'nginx asks a server of names, and none knows localhost: write 127.0.0.1');
    }
    return { host, port: Number(port), percent: percent === undefined ? null : Number(percent) };
  });
  const given = all.reduce((sum, { percent }) => sum + (percent ?? 0), 0);
  const isWhole = all.some(({ percent }) => percent === null) ? given < 100 : given === 100;
  if (isWhole) return all;
  throw refused(name, `the shares are ${given} %: all together are 100, and whoever has none takes what is left`);
}

function readResolver(name: string, text: string): string {
  const [, host = '', port = '53'] = /^(?:\[?([0-9a-z:.-]+?)\]?)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const address = isIP(text) === 6 ? text : host;
  if ((isIP(address) !== 0 || hostName.test(address)) && Number(port) <= 65_535) {
    return isIP(text) === 6 ? `[${text}]` : text;
  }
  throw refused(name, `${JSON.stringify(text)} is no server of names, such as 127.0.0.11 or kube-dns.kube-system.svc`);
}

function readTls(certFile: string | null, keyFile: string | null): FrontDoorSettings['tls'] {
  if (certFile !== null && keyFile !== null) return { certFile, keyFile };
  if (certFile === null && keyFile === null) return null;
  const [given, missing] = certFile === null ? ['KEY', 'CERT'] : ['CERT', 'KEY'];
  throw refused(`CLUSTER_AI_TLS_${given}_FILE`, `TLS needs both files: set CLUSTER_AI_TLS_${missing}_FILE, too`);
}

function readNetworks(name: string, text: string): readonly string[] {
  return text
    .split(/\s+/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [address = '', bits = '0', ...rest] = entry.split('/');
      const family = isIP(address);
      const isNetwork = /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32);
      if (family !== 0 && rest.length === 0 && isNetwork) return entry;
      throw refused(name, `${JSON.stringify(entry)} is neither an address nor a network, such as 10.0.0.0/8`);
    });
}

function readAddress(name: string, text: string): string | null {
  if (text === '') return null;
  if (isIP(text) !== 0) return text;
  throw refused(name, `${JSON.stringify(text)} is no address`);
}

function readSwitch(name: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw refused(name, `${JSON.stringify(text)} is neither on nor off`);
}
