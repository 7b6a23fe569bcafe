import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaFiles } from '@cluster-ai/platform/tls/ca-files.ts';
import { trustForFetch } from '@cluster-ai/platform/tls/fetch-trust.ts';
import { startFailoverProxy } from '@cluster-ai/testkit/failover-proxy.ts';
import type { FailoverProxy } from '@cluster-ai/testkit/failover-proxy.ts';
import { startRedis } from '@cluster-ai/testkit/redis/redis-server.ts';
import type { RedisServer } from '@cluster-ai/testkit/redis/redis-server.ts';
import { createAuthority } from '@cluster-ai/testkit/tls/self-signed.ts';
import { freePort, startPlatform } from '../../start-platform.ts';
import type { Platform } from '../../start-platform.ts';
import { keepGateway } from './kept-gateway.ts';
import type { KeptGateway } from './kept-gateway.ts';
import { canLimitDisks, limitDisk } from './limited-disk.ts';
import type { LimitedDisk } from './limited-disk.ts';

/**
 * The platform that is broken: `cluster-ai up` (supervisor, PostgreSQL, control plane, gateway-1, runners) and a second
 * gateway, over TLS with an authority of the test, with keys asked of everybody, limits and sessions in Redis, and
 * proxies in the links that can be broken.
 */
export interface Subject {
  /** Another one after each `startUp`. */
  readonly platform: Platform;
  readonly ca: string;
  readonly redis: RedisServer;
  readonly links: {
    readonly control: FailoverProxy;
    readonly upRedis: FailoverProxy;
    readonly gatewayRedis: FailoverProxy;
  };
  /** None where nothing can be mounted. */
  readonly disks: { readonly up: LimitedDisk; readonly gateway: LimitedDisk } | null;
  readonly gateway: KeptGateway;
  readonly gatewayHome: string;
  /** Where predictions go, by name. */
  readonly targets: Readonly<Record<'gateway-1' | 'gateway-2' | 'front door', string>>;
  readonly readyUrls: readonly string[];
  /** Starts `cluster-ai up` again on its data, after it was killed. */
  startUp(): Promise<void>;
  stop(): Promise<void>;
}

/** The database takes 60, and keeps its log of the last minutes. */
const upDiskMegabytes = 500;
const gatewayDiskMegabytes = 24;
const startWithinMs = 120_000;

export async function startSubject(): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-drills-'));
  chmodSync(folder, 0o755);
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    return await startIn(folder, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startIn(folder: string, undo: (() => unknown)[], stop: () => Promise<void>): Promise<Subject> {
  const home = join(folder, 'home');
  const gatewayHome = join(folder, 'gateway-2');
  const disks = canLimitDisks()
    ? { up: limitDisk(home, upDiskMegabytes), gateway: limitDisk(gatewayHome, gatewayDiskMegabytes) }
    : null;
  undo.push(
    () => disks?.up.remove(),
    () => disks?.gateway.remove(),
  );
  mkdirSync(gatewayHome, { recursive: true });
  const { ca, caFile, flags } = writeCertificates(folder);
  const redis = await startRedis();
  undo.push(() => redis.remove());
  const redisPort = Number(new URL(redis.url).port);
  const upRedis = await startFailoverProxy([redisPort]);
  const gatewayRedis = await startFailoverProxy([redisPort]);
  undo.push(
    () => upRedis.close(),
    () => gatewayRedis.close(),
  );
  const options = {
    home,
    tls: true,
    flags,
    readyWithinMs: startWithinMs,
    env: {
      REDIS_URL: throughProxy(redis.url, upRedis),
      CLUSTER_AI_GATEWAY_AUTH: 'required',
      CLUSTER_AI_CONTROL_PLANE_AUTH_LOOPBACK: 'required',
      CLUSTER_AI_GATEWAY_LOCKOUT_ATTEMPTS_MAX: '1000000',
    },
  };
  const platform = await startPlatform(options);
  let present = platform;
  undo.push(() => present.stop());
  const control = await startFailoverProxy([platform.ports.control]);
  undo.push(() => control.close());
  const ports = { http: await freePort(), metrics: await freePort() };
  // Processes of `up` are found by its folder, which must stand in no setting of this gateway.
  const tokenFile = join(folder, 'gateway-token');
  copyFileSync(join(home, 'gateway-token'), tokenFile);
  const gateway = keepGateway({
    CLUSTER_AI_GATEWAY_NAME: 'gateway-2',
    CLUSTER_AI_GATEWAY_HOME: gatewayHome,
    CLUSTER_AI_GATEWAY_HTTP_PORT: String(ports.http),
    CLUSTER_AI_GATEWAY_HTTP_TLS_CERT_FILE: join(folder, 'tls.crt'),
    CLUSTER_AI_GATEWAY_HTTP_TLS_KEY_FILE: join(folder, 'tls.key'),
    CLUSTER_AI_GATEWAY_GRPC_PORT: '0',
    CLUSTER_AI_GATEWAY_METRICS_PORT: String(ports.metrics),
    CLUSTER_AI_GATEWAY_CONTROL_URL: control.url.replace('http:', 'https:'),
    CLUSTER_AI_GATEWAY_CONTROL_CA_FILE: caFile,
    CLUSTER_AI_GATEWAY_CONTROL_TOKEN_FILE: tokenFile,
    CLUSTER_AI_GATEWAY_AUTH: 'required',
    CLUSTER_AI_GATEWAY_LOCKOUT_ATTEMPTS_MAX: '1000000',
    REDIS_URL: throughProxy(redis.url, gatewayRedis),
  });
  undo.push(() => gateway.stop());
  return {
    get platform() {
      return present;
    },
    ca,
    redis,
    links: { control, upRedis, gatewayRedis },
    disks,
    gateway,
    gatewayHome,
    targets: {
      'gateway-1': platform.gatewayUrl,
      'gateway-2': `https://127.0.0.1:${ports.http}`,
      'front door': `${platform.controlUrl}/predict`,
    },
    readyUrls: [platform.controlUrl, platform.metricsUrl, `http://127.0.0.1:${ports.metrics}`].map(
      (url) => `${url}/readyz`,
    ),
    startUp: async () => {
      present = await startPlatform(options, platform.ports);
    },
    stop,
  };
}

function writeCertificates(folder: string): { ca: string; caFile: string; flags: string[] } {
  const authority = createAuthority();
  const { cert, key } = authority.issue();
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('ca.crt'), authority.cert);
  writeFileSync(path('tls.crt'), `${cert}${authority.cert}`);
  writeFileSync(path('tls.key'), key);
  const caFiles = new CaFiles('the drill', [path('ca.crt')]);
  trustForFetch(() => caFiles);
  const flags = ['--tls-cert', path('tls.crt'), '--tls-key', path('tls.key')];
  return { ca: authority.cert, caFile: path('ca.crt'), flags };
}

function throughProxy(redisUrl: string, proxy: FailoverProxy): string {
  const url = new URL(redisUrl);
  url.port = new URL(proxy.url).port;
  return url.href;
}
