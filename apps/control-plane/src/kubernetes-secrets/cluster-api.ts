import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Secret } from './secrets.ts';

/** The API server as a pod sees it. */
export interface ClusterApi {
  readonly url: string;
  readonly namespace: string;
  readonly token: string;
  /** PEM. */
  readonly ca: string;
}

const timeoutMs = 10_000;

/**
 * What the kubelet mounts into a pod that has a token.
 * @throws ClusterError PREREQUISITE_MISSING outside a cluster.
 */
export async function readClusterApi(env: NodeJS.ProcessEnv, folder: string): Promise<ClusterApi> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (host === undefined || port === undefined) {
    throw new ClusterError('PREREQUISITE_MISSING', 'KUBERNETES_SERVICE_HOST is not set: this is no pod of a cluster', {
      fix: 'the Job of the chart runs this command (secrets.mode: job); elsewhere make the Secrets yourself',
    });
  }
  try {
    const [token, ca, namespace] = await Promise.all(
      ['token', 'ca.crt', 'namespace'].map((name) => readFile(join(folder, name), 'utf8')),
    );
    const url = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
    return { url, token: (token ?? '').trim(), ca: ca ?? '', namespace: (namespace ?? '').trim() };
  } catch (cause) {
    throw new ClusterError('PREREQUISITE_MISSING', `the pod has no token of its ServiceAccount in ${folder}`, {
      cause,
      fix: 'set automountServiceAccountToken: true on this one pod, as the chart does',
    });
  }
}

/**
 * Makes the Secret, unless there is one of that name.
 * @returns whether it was made now. @throws ClusterError PREREQUISITE_MISSING with what the API server says.
 */
export async function createSecret(api: ClusterApi, secret: Secret): Promise<boolean> {
  const { status, body } = await post(api, `/api/v1/namespaces/${api.namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret.name, labels: { 'app.kubernetes.io/part-of': 'cluster-ai' } },
    type: 'Opaque',
    stringData: secret.data,
  });
  if (status === 201) return true;
  if (status === 409) return false;
  // What it answers to a refusal names the object and the rule, never what is in it.
  throw new ClusterError('PREREQUISITE_MISSING', `the API server answers ${status} to a new Secret ${secret.name}`, {
    fix: `it says: ${body.slice(0, 500)}`,
  });
}

function post(api: ClusterApi, path: string, content: unknown): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const call = request(`${api.url}${path}`, {
    method: 'POST',
    ca: api.ca,
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
    timeout: timeoutMs,
  });
  call.on('response', (answer) => {
    text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
  });
  call.on('timeout', () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
  call.on('error', reject);
  call.end(JSON.stringify(content));
  return promise;
}
