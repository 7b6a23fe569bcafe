import { accessSync, constants } from 'node:fs';
import { isLoopbackHost } from '@cluster-ai/core/access/loopback.ts';
import { CaFiles } from '@cluster-ai/platform/tls/ca-files.ts';
import { defaultHome } from '../up/home.ts';
import { readState } from '../up/state.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whom this command believes over TLS: whoever shows a certificate of the file that the user named with --ca-file or
 * CLUSTER_AI_CA_FILE; of a running `up` on this machine the very certificates that it shows; everybody else whom the
 * system trusts.
 * @throws ClusterError CONFIG_INVALID for a file that cannot be used.
 */
export async function trustServers(flag: string | undefined, env: Env): Promise<void> {
  const fromEnv = env['CLUSTER_AI_CA_FILE'];
  const [setting, file] = flag === undefined ? ['CLUSTER_AI_CA_FILE', fromEnv] : ['--ca-file', flag];
  if (file !== undefined && file !== '') {
    const caFiles = new CaFiles(setting, [file]);
    return useForFetch(() => caFiles);
  }
  const local = readState(defaultHome(env, process.getuid?.()))?.local;
  // Where this user may not read them, calls say that the certificate is not trusted.
  const readable = local?.certFiles.filter(mayRead) ?? [];
  if (local !== undefined) await trustCertificates(readable, [local.url, local.gatewayUrl]);
  return undefined;
}

/** Believes these certificates at these addresses of this machine, under whichever of its loopback names, and nowhere else. */
export async function trustCertificates(files: readonly string[], urls: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  const caFiles = new CaFiles('http.tls.certFile', files);
  const origins = new Set(urls.map((url) => new URL(url).origin));
  const ports = new Set(urls.map((url) => new URL(url).port));
  await useForFetch((origin) => {
    const { host, port } = new URL(origin);
    return origins.has(origin) || (isLoopbackHost(host) && ports.has(port)) ? caFiles : null;
  });
}

/** Most commands speak plain text on this machine: they do without what this loads. */
async function useForFetch(caFilesOf: (origin: string) => CaFiles | null): Promise<void> {
  const { trustForFetch } = await import('@cluster-ai/platform/tls/fetch-trust.ts');
  trustForFetch(caFilesOf);
}

function mayRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
