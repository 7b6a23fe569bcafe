import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint, type ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { createKey } from '@cluster-ai/contract/api/keys.ts';
import { putRoute } from '@cluster-ai/contract/api/routes.ts';
import { predictTokenPrefix } from '@cluster-ai/contract/predict-token.ts';
import { createUpload } from '@cluster-ai/contract/api/uploads.ts';
import * as users from '@cluster-ai/contract/api/users.ts';
import { Browser, tokenOf } from '../../integration/control-plane/browser.ts';
import { startGateway, type GatewayProcess } from '../../start-gateway.ts';
import { isGreen, startPlatform, until, type Platform } from '../../start-platform.ts';
import { modelNames, writeModelRepository } from '../open-inference/models.ts';
import type { Values } from './bytes.ts';
import type { Listener } from './corpus.ts';

/** Limits of the gateway that asks for keys: small, so that they can be reached. */
export const smallLimits = { connections: 100, bodyBytesInFlight: 1_048_576 };

/** What is attacked: a platform as `up` starts it, and a second gateway that asks everybody for a key. */
export interface Stage {
  readonly platform: Platform;
  readonly keyed: GatewayProcess;
  readonly ports: Readonly<Record<Listener, number>>;
  readonly values: Values;
  stop(): Promise<void>;
}

/** Short times, so that slow clients can be waited for; every other limit of the first gateway is the usual one. */
const settings = {
  CLUSTER_AI_GATEWAY_HTTP_REQUEST_TIMEOUT_MS: '5000',
  CLUSTER_AI_GATEWAY_HTTP_ANSWER_TIMEOUT_MS: '5000',
  CLUSTER_AI_GATEWAY_HTTP_IDLE_TIMEOUT_MS: '5000',
  CLUSTER_AI_CONTROL_PLANE_HTTP_REQUEST_TIMEOUT_MS: '5000',
  CLUSTER_AI_CONTROL_PLANE_HTTP_SILENCE_TIMEOUT_MS: '30000',
};

export async function startStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-ai-bad-inputs-'));
  const repository = join(folder, 'models');
  await mkdir(repository);
  await writeModelRepository(repository);
  const platform = await startPlatform({
    modelRepository: repository,
    examples: false,
    env: { ...settings, CLUSTER_AI_CONTROL_PLANE_DASHBOARD: await writeSite(folder) },
  });
  let keyed: GatewayProcess | null = null;
  const stop = async (): Promise<void> => {
    await keyed?.stop();
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    keyed = await startKeyedGateway(platform);
    const values = await prepare(platform, keyed);
    const ports = {
      gateway: platform.ports.gateway,
      'gateway-with-keys': Number(new URL(keyed.url).port),
      'control-plane': platform.ports.control,
      metrics: platform.ports.metrics,
    };
    return { platform, keyed, ports, values, stop };
  } catch (error) {
    await stop();
    throw new Error(`the platform could not be prepared:\n${platform.output()}`, { cause: error });
  }
}

/** A dashboard of one page, and beside its folder a file that nobody must get. */
async function writeSite(folder: string): Promise<string> {
  const site = join(folder, 'site');
  await mkdir(join(site, 'assets'), { recursive: true });
  await writeFile(join(site, 'index.html'), '<!doctype html><title>the page</title>\n');
  await writeFile(join(site, 'assets', 'app.js'), 'void 0;\n');
  await writeFile(join(folder, 'secret.txt'), 'the secret of the site\n');
  // Under root the platform runs as another user.
  await chmod(folder, 0o755);
  return site;
}

function startKeyedGateway(platform: Platform): Promise<GatewayProcess> {
  return startGateway({
    name: 'gateway-with-keys',
    controlUrl: platform.controlUrl,
    tokenFile: join(platform.home, 'gateway-token'),
    settings: {
      AUTH: 'required',
      HTTP_CONNECTIONS_MAX: String(smallLimits.connections),
      HTTP_REQUEST_TIMEOUT_MS: '5000',
      HTTP_IDLE_TIMEOUT_MS: '5000',
      HTTP_ANSWER_TIMEOUT_MS: '5000',
      ADMISSION_BODY_BYTES_IN_FLIGHT_MAX: String(smallLimits.bodyBytesInFlight),
      LOCKOUT_ATTEMPTS_MAX: '3',
    },
  });
}

/** Makes what the cases name: keys, a person with a session, a route, an upload. */
async function prepare(platform: Platform, keyed: GatewayProcess): Promise<Values> {
  for (const name of modelNames) {
    await until(`${name} is ready`, 90_000, () => isGreen(`${platform.gatewayUrl}/v2/models/${name}/ready`));
  }
  const admin = clientOf(platform);
  const key = async (name: string, scope: object): Promise<string> =>
    (await callEndpoint(admin, createKey, { body: { name, actions: ['infer', 'read'], ...scope } })).secret;
  const keyAll = await key('all', {});
  const keyScalar = await key('scalar', { models: ['scalar'] });
  const keyRead = await key('read', { actions: ['read'] });
  await until('the second gateway knows the keys', 30_000, async () => {
    const headers = { authorization: `Bearer ${keyRead}` };
    return (await fetch(`${keyed.url}/v2/models/simple/ready`, { headers })).ok;
  });
  const variants = [{ model: 'simple', version: 1, weight: 1 }];
  await callEndpoint(admin, putRoute, { params: { name: 'shop' }, body: { policy: { kind: 'split', variants } } });
  const upload = await callEndpoint(admin, createUpload, {
    body: {
      model: 'pushed',
      files: ['a', 'b', 'c', 'd'].map((digit, index) => ({
        path: index === 0 ? 'model.onnx' : `${digit}.bin`,
        sha256: digit.repeat(64),
        size: 100,
      })),
    },
  });
  return new Map([
    ['admin', platform.adminToken],
    ['gatewayToken', (await readFile(join(platform.home, 'gateway-token'), 'utf8')).trim()],
    ['keyAll', keyAll],
    ['keyScalar', keyScalar],
    ['keyRead', keyRead],
    ['upload', upload.id],
    ...forgedTokens(),
    ...(await signedIn(platform)),
  ]);
}

function clientOf({ controlUrl, adminToken }: Platform): ClientOptions {
  return { baseUrl: controlUrl, token: adminToken, timeoutMs: 30_000 };
}

/** Tokens as control planes sign them for people, of the right form and signed by nobody. */
function forgedTokens(): [string, string][] {
  const payload = {
    issuer: 'nobody',
    actor: 'eve',
    actions: ['infer', 'read'],
    models: null,
    issuedAtMs: 0,
    expiresAtMs: 2 ** 50,
  };
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
  const signature = Buffer.alloc(64).toString('base64url');
  return [
    ['forgedPredictToken', `${predictTokenPrefix}${text}.${signature}`],
    ['cutPredictToken', `${predictTokenPrefix}${text}`],
  ];
}

/** An operator's session, as a browser has it. */
async function signedIn(platform: Platform): Promise<[string, string][]> {
  const admin = clientOf(platform);
  const { url } = await callEndpoint(admin, users.inviteUser, { body: { email: 'ada@example.com', role: 'operator' } });
  const browser = new Browser(platform.controlUrl);
  const body = { token: tokenOf(url), name: 'Ada', password: 'correct horse battery staple' };
  await browser.call(users.acceptInvitation, { body });
  await browser.session();
  const csrf = browser.pageHeaders('POST')['x-csrf-token'] ?? '';
  return [
    ['session', browser.cookies.get('cluster-ai-session') ?? ''],
    ['csrf', csrf],
  ];
}
