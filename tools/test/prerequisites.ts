import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Purpose = 'test' | 'bench' | 'test-containers' | 'test-cluster' | 'test-supply';

/** A program of the operating system that some tests speak to. */
export interface Prerequisite {
  readonly neededFor: Purpose;
  readonly debianPackage: string;
  readonly reason: string;
  /** A program on PATH, or the whole path of a file, that proves it is there. */
  readonly proof: string;
  /** The tests that need it are those whose text has this. */
  readonly namedIn: RegExp;
  /** The environment variable by which a person names a program of their own instead. */
  readonly setting?: string;
  /** Installing it starts this service, which no test needs: it is switched off again. */
  readonly service?: string;
}

const forContainers = {
  neededFor: 'test-containers',
  reason: 'images and compose files are tried on a Docker engine of their own, with bases made of Debian’s packages',
  namedIn: /startEngine\(/,
} as const;

const prerequisites: readonly Prerequisite[] = [
  {
    neededFor: 'test',
    debianPackage: 'chromium',
    reason: 'the dashboard is tested in a real browser',
    proof: '/usr/bin/chromium',
    setting: 'CHROMIUM_PATH',
    namedIn: /playwright/,
  },
  {
    neededFor: 'test',
    debianPackage: 'prometheus',
    reason: 'a real Prometheus scrapes /metrics, and its promtool checks them',
    proof: 'promtool',
    namedIn: /promtool/,
    service: 'prometheus',
  },
  {
    neededFor: 'test',
    debianPackage: 'postgresql-15',
    reason: 'migrations run on the oldest PostgreSQL that is supported, too',
    proof: '/usr/lib/postgresql/15/bin/postgres',
    namedIn: /startPostgres\(|\[15, 18\]/,
    service: 'postgresql@15-main',
  },
  {
    neededFor: 'test',
    debianPackage: 'python3-venv',
    reason: 'the Python clients that people have (tritonclient, KServe) call the gateway, schemathesis the control API',
    // The module that a bare python3 lacks on Debian.
    proof: 'python3 -c "import ensurepip, venv"',
    namedIn: /\.tools\/(python|schemathesis)|tritonclient/,
  },
  {
    neededFor: 'test',
    debianPackage: 'libb64-0d',
    reason: 'perf_analyzer, which measures the gateway, is linked with it',
    proof: `/sbin/ldconfig -p | grep -q 'libb64\\.so\\.0d'`,
    namedIn: /perf_analyzer/,
  },
  {
    neededFor: 'test',
    debianPackage: 'gcc',
    reason: 'perf_analyzer is linked with the library of CUDA, too: a C file of a few lines stands in for it',
    proof: 'gcc',
    namedIn: /perf_analyzer/,
  },
  {
    neededFor: 'test',
    debianPackage: 'golang-go',
    reason: 'h2spec, which tests servers of HTTP/2, is written in Go',
    proof: 'go',
    namedIn: /\.tools\/go/,
  },
  {
    neededFor: 'test',
    debianPackage: 'redis-server',
    reason: 'limits and sessions are shared over a real Redis',
    proof: '/usr/bin/redis-server',
    setting: 'REDIS_SERVER_PATH',
    namedIn: /startRedis\(/,
    service: 'redis-server',
  },
  {
    neededFor: 'test',
    debianPackage: 'curl',
    reason: 'it calls the gateway over both versions of HTTP',
    proof: 'curl',
    namedIn: /run\('curl'/,
  },
  {
    neededFor: 'test',
    debianPackage: 'nghttp2-client',
    reason: 'nghttp calls the gateway over HTTP/2',
    proof: 'nghttp',
    namedIn: /run\('nghttp'/,
  },
  {
    neededFor: 'test',
    debianPackage: 'nginx',
    reason: 'it serves the dashboard and passes requests on, as in the image of the dashboard',
    proof: '/usr/sbin/nginx',
    namedIn: /(start|prepare)FrontDoor\(/,
    service: 'nginx',
  },
  {
    neededFor: 'test',
    debianPackage: 'libnginx-mod-http-brotli-filter',
    reason: 'nginx packs the files of the dashboard with brotli',
    proof: '/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so',
    namedIn: /(start|prepare)FrontDoor\(/,
  },
  {
    neededFor: 'test',
    debianPackage: 'libnginx-mod-http-brotli-static',
    reason: 'nginx sends files that were packed before',
    proof: '/usr/lib/nginx/modules/ngx_http_brotli_static_module.so',
    namedIn: /(start|prepare)FrontDoor\(/,
  },
  {
    neededFor: 'test',
    debianPackage: 'zsh',
    reason: 'zsh completes the commands of cluster-ai, too',
    proof: 'zsh',
    namedIn: /'zsh -f/,
  },
  {
    neededFor: 'test',
    debianPackage: 'fish',
    reason: 'fish completes the commands of cluster-ai, too',
    proof: 'fish',
    namedIn: /execFileSync\('fish'/,
  },
  { ...forContainers, debianPackage: 'docker.io', proof: 'dockerd', service: 'docker' },
  { ...forContainers, debianPackage: 'docker-compose', proof: '/usr/bin/docker-compose' },
  { ...forContainers, debianPackage: 'mmdebstrap', proof: 'mmdebstrap' },
  { ...forContainers, debianPackage: 'buildah', proof: 'buildah' },
  { ...forContainers, debianPackage: 'iptables', proof: 'iptables-save' },
  { ...forContainers, debianPackage: 'iproute2', proof: 'ip' },
  {
    neededFor: 'test-containers',
    debianPackage: 'docker-registry',
    reason: 'what is pushed to a registry has a digest, by which releases are promoted',
    proof: 'docker-registry',
    namedIn: /spawn\('docker-registry'/,
    service: 'docker-registry',
  },
  {
    neededFor: 'test-supply',
    debianPackage: 'skopeo',
    reason: 'images are read from registries and engines with it',
    proof: 'skopeo',
    namedIn: /'skopeo'/,
  },
  {
    neededFor: 'test-supply',
    debianPackage: 'docker-registry',
    reason: 'images are signed and verified in a registry',
    proof: 'docker-registry',
    namedIn: /spawn\('docker-registry'/,
    service: 'docker-registry',
  },
  {
    neededFor: 'bench',
    debianPackage: 'wrk',
    reason: 'it sends the requests of the measurement',
    proof: 'wrk',
    namedIn: /\bwrk\b/,
  },
  {
    neededFor: 'bench',
    debianPackage: 'nghttp2-client',
    reason: 'its h2load sends the gRPC calls of the measurement',
    proof: 'h2load',
    namedIn: /'h2load'/,
  },
  {
    neededFor: 'test-cluster',
    debianPackage: 'containerd',
    reason: 'it runs the pods of a real node',
    proof: 'containerd',
    namedIn: /startNode\(/,
    service: 'containerd',
  },
  {
    neededFor: 'test-cluster',
    debianPackage: 'runc',
    reason: 'containerd starts containers with it',
    proof: 'runc',
    namedIn: /startNode\(/,
  },
  {
    neededFor: 'test-cluster',
    debianPackage: 'containernetworking-plugins',
    reason: 'pods of a real node are connected by its bridge',
    proof: '/usr/lib/cni/bridge',
    namedIn: /startNode\(/,
  },
  {
    neededFor: 'test-cluster',
    debianPackage: 'iptables',
    reason: 'kube-proxy leads Services to pods with it',
    proof: '/usr/sbin/iptables',
    namedIn: /startNode\(/,
  },
  {
    neededFor: 'test-cluster',
    debianPackage: 'iproute2',
    reason: 'a real node has a network namespace of its own',
    proof: '/usr/sbin/ip',
    namedIn: /startNode\(/,
  },
];

const outputBytesMax = 64 * 1024 * 1024;

/** Those that the files under `root` need for the purpose and this machine lacks, with the tests that name them. */
function missingPrerequisites(root: string, purpose: Purpose): { prerequisite: Prerequisite; neededBy: string[] }[] {
  const tests = globSync(['tests/**/*.ts', 'apps/*/src/**/*.test.ts', 'packages/*/src/**/*.test.ts'], { cwd: root });
  const texts = tests.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
  const wanted = prerequisites.filter(({ neededFor }) => neededFor === purpose);
  return wanted.flatMap((prerequisite) => {
    const neededBy = texts.filter(({ text }) => prerequisite.namedIn.test(text)).map(({ path }) => path);
    const { proof, setting } = prerequisite;
    const ownPath = setting === undefined ? undefined : process.env[setting];
    return neededBy.length === 0 || isPresent(ownPath ?? proof) ? [] : [{ prerequisite, neededBy }];
  });
}

function isPresent(proof: string): boolean {
  if (proof.includes(' ')) return spawnSync('sh', ['-c', proof], { stdio: 'ignore' }).status === 0;
  if (proof.startsWith('/')) return existsSync(proof);
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, proof)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Says what is about to be installed as root and why, and installs it.
 * @throws Error that names the packages when this machine cannot install them
 */
export function installPrerequisites(root: string, purpose: Purpose): void {
  const missing = missingPrerequisites(root, purpose);
  if (missing.length === 0) {
    console.log(`Needs root: nothing; every program that make ${purpose} needs is installed.`);
    return;
  }
  console.log(`Needs root, to install what make ${purpose} needs:`);
  for (const { prerequisite, neededBy } of missing) {
    console.log(`  ${prerequisite.debianPackage}: ${prerequisite.reason} (${neededBy.join(', ')})`);
  }
  const packages = missing.map(({ prerequisite }) => prerequisite.debianPackage);
  const asRoot = commandAsRoot(packages);
  const quietly = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  execute([...asRoot, ...quietly, 'apt-get', 'update', '-qq'], packages);
  // Another apt that is at work is waited for.
  const install = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '-qq', '--no-install-recommends'];
  execute([...asRoot, ...quietly, ...install, ...packages], packages);
  for (const { prerequisite } of missing) switchOffService(asRoot, prerequisite, packages);
  const still = missingPrerequisites(root, purpose).map(({ prerequisite }) => prerequisite);
  if (still.length === 0) return;
  const named = still.map(({ debianPackage, proof }) => `${debianPackage} did not bring '${proof}'`).join('; ');
  throw new Error(`${named}. Install it by hand and run make again.`);
}

function commandAsRoot(packages: readonly string[]): string[] {
  const byHand = `Install by hand what gives these Debian packages' programs, then run make again: ${packages.join(' ')}.`;
  if (!isPresent('apt-get')) throw new Error(`this machine has no apt-get. ${byHand}`);
  if (process.getuid?.() === 0) return [];
  if (!isPresent('sudo')) throw new Error(`installing needs root, and there is no sudo. ${byHand}`);
  // Without a terminal nobody could type a password.
  return process.stdin.isTTY ? ['sudo'] : ['sudo', '-n'];
}

function switchOffService(asRoot: readonly string[], { service }: Prerequisite, packages: readonly string[]): void {
  if (service === undefined || !existsSync('/run/systemd/system')) return;
  execute([...asRoot, 'systemctl', 'disable', '--now', service], packages);
}

function execute([program = '', ...args]: readonly string[], packages: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    // sudo asks for its password on the terminal itself.
    stdio: ['inherit', 'pipe', 'pipe'],
    maxBuffer: outputBytesMax,
  });
  if (status === 0) return;
  process.stdout.write(`${stdout}${stderr}`);
  const reason = error?.message ?? `exit code ${status}`;
  throw new Error(
    `"${[program, ...args].join(' ')}" failed (${reason}). Install by hand, then run make again: ${packages.join(' ')}.`,
  );
}
