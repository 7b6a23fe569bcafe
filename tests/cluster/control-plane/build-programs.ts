import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../../tools/cache-folder.ts';
import { goProgram } from '../../../tools/go-toolchain.ts';

const source = join(import.meta.dirname, 'programs');
/** Main packages by the Go module here that names their versions: our own one, and two as they were published. */
const builds = [
  { module: 'kubernetes', packages: ['.'] },
  { module: 'pause', packages: ['.'] },
  { module: 'simulation', packages: ['sigs.k8s.io/kwok/cmd/kwok', 'sigs.k8s.io/metrics-server/cmd/metrics-server'] },
];

/** What the API server says that it is: a build from modules alone does not know it. */
const version = {
  gitVersion: 'v1.35.4',
  gitMajor: '1',
  gitMinor: '35',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
};
const linkerFlags = [
  '-s -w',
  ...Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`),
].join(' ');

/** Paths of programs. */
export interface ClusterPrograms {
  /** etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet and kube-proxy: the first argument says which. */
  readonly kubernetes: string;
  /** Holds the namespaces of a pod. */
  readonly pause: string;
  readonly kwok: string;
  readonly metricsServer: string;
}

/**
 * Builds the programs of the cluster into the cache folder, unless they lie there, built from the same files.
 * The first time takes about 20 minutes on two cores, and 3 GB of Go's own caches.
 */
export async function buildClusterPrograms(): Promise<ClusterPrograms> {
  const folder = cacheFolder('kubernetes', keyOfSource());
  const programs = {
    kubernetes: join(folder, 'kubernetes'),
    pause: join(folder, 'pause'),
    kwok: join(folder, 'kwok'),
    metricsServer: join(folder, 'metrics-server'),
  };
  if (existsSync(folder)) return programs;
  console.log(`Building Kubernetes, kwok and metrics-server into ${folder}: about 20 minutes, once ...`);
  await mkdir(dirname(folder), { recursive: true });
  const scratch = await mkdtemp(`${folder}-`);
  try {
    for (const { module, packages } of builds) await build(join(source, module), packages, `${scratch}/`);
    await rename(scratch, folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return programs;
}

function keyOfSource(): string {
  const hash = createHash('sha256').update(JSON.stringify([builds, linkerFlags]));
  for (const file of globSync('**', { cwd: source, withFileTypes: true }).filter((entry) => entry.isFile())) {
    hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function build(cwd: string, packages: readonly string[], target: string): Promise<void> {
  const args = ['build', '-trimpath', '-ldflags', linkerFlags, '-o', target, ...packages];
  const go = await goProgram();
  // A static program: what it does is the same on every machine.
  const env = { ...process.env, GOFLAGS: '-mod=readonly -buildvcs=false', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };
  const child = spawn(go, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const problem = await once(child, 'exit').then(
    ([code]) => (code === 0 ? null : `exit code ${String(code)}`),
    (error: unknown) => String(error),
  );
  if (problem === null) return;
  throw new Error(
    `"${go} ${args.join(' ')}" failed (${problem}) in ${cwd}. It needs the modules of go.mod there, from the proxy ` +
      'that Go asks, and about 6 GB of disk.',
  );
}
