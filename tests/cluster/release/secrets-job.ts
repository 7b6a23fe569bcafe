import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSecrets } from '@cluster-ai/control-plane/kubernetes-secrets/generate-secrets.ts';
import type { Cluster } from '../control-plane/start-cluster.ts';
import { fields, listOf, podSpec, text } from './references.ts';

/**
 * Does what the Job that makes the Secrets does, since nothing runs on a simulated node: the same program with the
 * arguments of the Job, and a token of the Job's own ServiceAccount, so that its rights must suffice.
 *
 * @returns whether there is such a Job.
 */
export async function runSecretsJob(cluster: Cluster, namespace: string): Promise<boolean> {
  const jobs = await cluster.api.list(`/apis/batch/v1/namespaces/${namespace}/jobs`);
  const specs = jobs.map((job) => podSpec({ ...job, spec: fields(fields(job['spec'])['template'])['spec'] }));
  const spec = specs.find((one) => argumentsOf(one)[0] === 'generate-secrets');
  if (spec === undefined) return false;
  const folder = await mkdtemp(join(tmpdir(), 'cluster-ai-account-'));
  try {
    const token = await tokenOf(cluster, namespace, text(spec['serviceAccountName']));
    await writeFile(join(folder, 'token'), token, { mode: 0o600 });
    await writeFile(join(folder, 'ca.crt'), cluster.files.authority.cert);
    await writeFile(join(folder, 'namespace'), namespace);
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(cluster.apiPort) };
    await generateSecrets(argumentsOf(spec).slice(1), env, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
  return true;
}

function argumentsOf(spec: Readonly<Record<string, unknown>>): string[] {
  const args: unknown = listOf(spec['containers'])[0]?.['args'];
  return Array.isArray(args) ? args.map(String) : [];
}

async function tokenOf(cluster: Cluster, namespace: string, account: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
  const { status, body: answer } = await cluster.api.send('POST', path, { body });
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
  return text(fields(fields(answer)['status'])['token']);
}
