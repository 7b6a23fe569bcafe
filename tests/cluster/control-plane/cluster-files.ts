import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, type Authority } from '@cluster-ai/testkit/tls/self-signed.ts';

/** Who may call the API server, and as which user and groups: `--token-auth-file`. */
const callers = {
  admin: { user: 'admin', groups: ['system:masters'] },
  'controller-manager': { user: 'system:kube-controller-manager', groups: [] },
  scheduler: { user: 'system:kube-scheduler', groups: [] },
  kwok: { user: 'kwok', groups: ['system:masters'] },
  'metrics-server': { user: 'metrics-server', groups: ['system:masters'] },
  'kube-proxy': { user: 'system:kube-proxy', groups: [] },
  kubelet: { user: 'system:node:machine', groups: ['system:nodes'] },
} as const;

export type Caller = keyof typeof callers;

export interface ClusterFiles {
  readonly folder: string;
  /** PEM of the authority that signed every certificate of this cluster. */
  readonly authority: Authority;
  readonly token: (caller: Caller) => string;
  /** The whole path of a file of the cluster. */
  readonly path: (name: string) => string;
  /** Writes `<caller>.kubeconfig`. @returns its path. */
  readonly kubeconfig: (caller: Caller) => string;
}

/** Certificates, keys and tokens of one cluster, made for it and gone with it. */
export function writeClusterFiles(folder: string, apiPort: number): ClusterFiles {
  const authority = createAuthority();
  const tokens = new Map(Object.keys(callers).map((caller) => [caller, randomBytes(24).toString('hex')]));
  const path = (name: string): string => join(folder, name);
  const write = (name: string, content: string): void => writeFileSync(path(name), content, { mode: 0o600 });
  const issue = (name: string, names: readonly string[]): void => {
    const { cert, key } = authority.issue({ names });
    write(`${name}.crt`, cert);
    write(`${name}.key`, key);
  };
  write('ca.crt', authority.cert);
  issue('apiserver', [
    'kubernetes.default.svc',
    'kubernetes.default',
    'kubernetes',
    'localhost',
    '127.0.0.1',
    '10.96.0.1',
  ]);
  issue('front-proxy-client', ['front-proxy-client']);
  issue('apiserver-kubelet-client', ['kube-apiserver-kubelet-client']);
  issue('metrics-server', ['metrics-server.kube-system.svc', 'localhost', '127.0.0.1']);
  issue('kwok', ['kwok', 'localhost', '127.0.0.1']);
  issue('kubelet', ['machine', 'localhost', '127.0.0.1']);
  const accounts = generateKeyPairSync('rsa', { modulusLength: 2048 });
  write('service-accounts.key', accounts.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  write('service-accounts.pub', accounts.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  const token = (caller: Caller): string => tokens.get(caller) ?? '';
  write(
    'tokens.csv',
    Object.entries(callers)
      .map(([caller, { user, groups }]) => `${tokens.get(caller) ?? ''},${user},${caller},"${groups.join()}"\n`)
      .join(''),
  );
  const kubeconfig = (caller: Caller): string => {
    write(`${caller}.kubeconfig`, kubeconfigOf(apiPort, authority.cert, token(caller)));
    return path(`${caller}.kubeconfig`);
  };
  return { folder, authority, token, path, kubeconfig };
}

function kubeconfigOf(port: number, authority: string, token: string): string {
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(authority).toString('base64'),
  };
  // JSON is YAML.
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}
