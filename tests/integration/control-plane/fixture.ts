import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { Lineage } from '@cluster-ai/contract/api/models.ts';
import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';
import * as uploads from '@cluster-ai/contract/api/uploads.ts';
import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import { createLifecycle } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { addPhases, createControlPlane } from '@cluster-ai/control-plane/control-plane.ts';
import type { ControlPlane } from '@cluster-ai/control-plane/control-plane.ts';
import { loadedConfig } from './loaded-config.ts';

const adminToken = 'admin-token-of-the-tests-0123456789';
const gatewayToken = 'gateway-token-of-the-tests-0123456789';

export interface Overrides {
  readonly home?: string;
  /** Shared with other control planes; files and uploads are in `home` without it. */
  readonly storage?: string;
  readonly adminToken?: string;
  readonly sources?: Record<string, unknown>;
  readonly uploads?: Record<string, unknown>;
  readonly database?: Record<string, unknown>;
  readonly gatewayUrl?: string;
  readonly dashboard?: string;
  readonly http?: Record<string, unknown>;
  readonly auth?: Record<string, unknown>;
  readonly redisUrl?: string;
  readonly redisReadiness?: 'required';
  readonly oidc?: Record<string, unknown>;
  /** Moves the time of sessions and locks. */
  readonly clock?: Clock;
  /** Variables that set something of the control plane. */
  readonly env?: Readonly<Record<string, string>>;
  /** False returns while the database is still away. */
  readonly waitForDatabase?: boolean;
}

/** A control plane that listens on a free port, in this process, against a real database. */
export interface RunningPlane {
  readonly url: string;
  readonly home: string;
  readonly control: ControlPlane;
  /** Lines of the log. */
  readonly log: string[];
  readonly admin: { readonly baseUrl: string; readonly token: string; readonly timeoutMs: number };
  readonly gateway: { readonly baseUrl: string; readonly token: string; readonly timeoutMs: number };
  /** Stops it as a signal would; the home folder stays. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

export async function startPlane(databaseUrl: string, overrides: Overrides = {}): Promise<RunningPlane> {
  const home = overrides.home ?? mkdtempSync(join(tmpdir(), 'cluster-ai-plane-'));
  const adminTokenFile = join(home, 'admin-token');
  const gatewayTokenFile = join(home, 'gateway-token');
  writeFileSync(adminTokenFile, `${overrides.adminToken ?? adminToken}\n`, { mode: 0o600 });
  writeFileSync(gatewayTokenFile, gatewayToken, { mode: 0o600 });
  const config = controlPlaneConfigSchema.parse({
    home,
    storage: overrides.storage === undefined ? {} : { folder: overrides.storage },
    http: { port: 0, ...overrides.http },
    // Longer than the default: beside another test a machine of two cores may leave a new connection waiting.
    database: { url: databaseUrl, connectTimeoutMs: 15_000, ...overrides.database },
    auth: { adminTokenFile, gatewayTokenFile, ...overrides.auth },
    oidc: overrides.oidc ?? {},
    redis: overrides.redisUrl === undefined ? {} : { url: overrides.redisUrl, readiness: overrides.redisReadiness },
    uploads: overrides.uploads ?? {},
    sources: overrides.sources ?? {},
    gateway: overrides.gatewayUrl === undefined ? {} : { url: overrides.gatewayUrl },
    dashboard: overrides.dashboard,
    log: { level: 'info' },
  });
  const log: string[] = [];
  const logger = createLogger({
    program: 'control-plane',
    level: 'info',
    destination: { write: (line) => void log.push(line) },
  });
  const control = await createControlPlane(loadedConfig(config, overrides.env), logger, overrides.clock).catch(
    async (error: unknown) => {
      await rm(home, { recursive: true, force: true });
      throw error;
    },
  );
  const lifecycle = createLifecycle({ log: logger });
  addPhases(lifecycle, control);
  await lifecycle.start();
  if (overrides.waitForDatabase !== false) await untilOpen(control, log);
  const url = listeningAt(control);
  const stop = async (): Promise<void> => {
    if (await lifecycle.stop('the test is over')) return;
    throw new Error(`the control plane did not stop well:\n${log.join('')}`);
  };
  return {
    url,
    home,
    control,
    log,
    admin: { baseUrl: url, token: overrides.adminToken ?? adminToken, timeoutMs: 30_000 },
    gateway: { baseUrl: url, token: gatewayToken, timeoutMs: 60_000 },
    stop,
    remove: async () => {
      await stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function listeningAt(control: ControlPlane): string {
  const address = control.server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the front door does not listen on a port');
  return `${control.plane.certificate === null ? 'http' : 'https'}://127.0.0.1:${address.port}`;
}

async function untilOpen(control: ControlPlane, log: readonly string[]): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (!control.plane.prepared()) {
    if (performance.now() > endMs) throw new Error(`the database was not prepared:\n${log.join('')}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface TestFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function announce(files: readonly TestFile[]) {
  return files.map(({ path, bytes }) => ({ path, sha256: sha256(bytes), size: bytes.length }));
}

/** Sends bytes of one file, as a program would. */
export async function sendBytes(
  plane: RunningPlane,
  upload: string,
  digest: string,
  offset: number,
  bytes: Uint8Array,
): Promise<Response> {
  return fetch(`${plane.url}/api/v1/uploads/${upload}/files/${digest}?offset=${offset}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${plane.admin.token}`, 'content-type': 'application/octet-stream' },
    body: Buffer.from(bytes),
  });
}

/** The whole way of a new version: announce, send, commit. */
export async function pushModel(
  plane: RunningPlane,
  model: string,
  files: readonly TestFile[],
  options: { deploy?: 'latest' | 'none'; notes?: string; lineage?: Lineage; settings?: ModelSettings } = {},
) {
  const upload = await callEndpoint(plane.admin, uploads.createUpload, {
    body: { model, files: announce(files), ...options },
  });
  for (const { sha256: digest, size, receivedBytes } of upload.files) {
    if (receivedBytes === size) continue;
    const file = files.find((candidate) => sha256(candidate.bytes) === digest);
    if (file === undefined) throw new Error(`no file for ${digest}`);
    const answer = await sendBytes(plane, upload.id, digest, 0, file.bytes);
    if (!answer.ok) throw new Error(await answer.text());
  }
  return callEndpoint(plane.admin, uploads.commitUpload, { params: { id: upload.id } });
}
