import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { cacheFolder } from '../cache-folder.ts';
import { goProgram } from '../go-toolchain.ts';
import { lastLines, runProgram } from './run-program.ts';

export type ScannerName = 'trivy' | 'grype' | 'syft' | 'cosign' | 'gitleaks';

interface Scanner {
  readonly module: string;
  readonly package: string;
  /** The variable that its linker puts the version into. */
  readonly versionIn: string;
  /** What of Go it needs that is not on by default. */
  readonly experiment?: string;
}

const scanners: Readonly<Record<ScannerName, Scanner>> = {
  trivy: {
    module: 'github.com/aquasecurity/trivy',
    package: 'github.com/aquasecurity/trivy/cmd/trivy',
    versionIn: 'github.com/aquasecurity/trivy/pkg/version/app.ver',
    experiment: 'jsonv2',
  },
  grype: {
    module: 'github.com/anchore/grype',
    package: 'github.com/anchore/grype/cmd/grype',
    versionIn: 'main.version',
  },
  syft: { module: 'github.com/anchore/syft', package: 'github.com/anchore/syft/cmd/syft', versionIn: 'main.version' },
  cosign: {
    module: 'github.com/sigstore/cosign/v3',
    package: 'github.com/sigstore/cosign/v3/cmd/cosign',
    versionIn: 'sigs.k8s.io/release-utils/version.gitVersion',
  },
  gitleaks: {
    module: 'github.com/zricethezav/gitleaks/v8',
    package: 'github.com/zricethezav/gitleaks/v8',
    versionIn: 'github.com/zricethezav/gitleaks/v8/version.Version',
  },
};

const modules = join(import.meta.dirname, 'scanners');
/** On two cores that do other work as well; the first time alone. */
const BUILD_TIMEOUT_MS = 3_600_000;

/** Which version of a scanner go.mod asks for. */
export function scannerVersion(name: ScannerName): string {
  const { module } = scanners[name];
  const text = readFileSync(join(modules, name, 'go.mod'), 'utf8');
  const version = text
    .split('\n')
    .map((line) => line.trim().replace(/^require /, ''))
    .find((line) => line.startsWith(`${module} v`));
  if (version === undefined) throw new ClusterError('CONFIG_INVALID', `${name}/go.mod does not ask for ${module}`);
  return version.split(' ')[1] ?? '';
}

/**
 * A scanner, built the first time from its committed go.mod and go.sum into the cache folder (minutes each).
 *
 * @throws ClusterError PREREQUISITE_MISSING naming the scanner and what its compiler said.
 */
export const scannerProgram = (name: ScannerName): Promise<string> =>
  build(name, scanners[name].package, name, `-X ${scanners[name].versionIn}=${scannerVersion(name)}`);

/** The program that writes the records of tools/security-scan/fixture-database in a scanner's own form. */
export const fixtureWriter = (name: 'trivy' | 'grype'): Promise<string> =>
  build(name, './fixture-database', 'fixture-database', '');

/** Builds all of them, one after the other: each uses every core. @throws ClusterError as `scannerProgram` */
export async function buildScanners(): Promise<void> {
  const names: readonly ScannerName[] = ['gitleaks', 'cosign', 'syft', 'grype', 'trivy'];
  for (const name of names) await scannerProgram(name);
  for (const name of ['grype', 'trivy'] as const) await fixtureWriter(name);
}

async function build(name: ScannerName, packagePath: string, program: string, versionFlag: string): Promise<string> {
  const source = join(modules, name);
  const { experiment = '' } = scanners[name];
  const hash = createHash('sha256').update(`${packagePath}\n${versionFlag}\n${experiment}\n`);
  for (const path of globSync('**/*.{mod,sum,go}', { cwd: source }).toSorted()) {
    hash.update(path).update(readFileSync(join(source, path)));
  }
  const target = cacheFolder('scanners', `${name}-${hash.digest('hex').slice(0, 16)}`, program);
  if (existsSync(target)) return target;
  const go = await goProgram(goVersionOf(source));
  console.error(`Building ${program} of ${name} ${scannerVersion(name)} into ${dirname(target)}, once (minutes) ...`);
  await mkdir(dirname(target), { recursive: true });
  const scratch = await mkdtemp(`${dirname(target)}-`);
  const built = join(scratch, program);
  try {
    const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', `-s -w ${versionFlag}`];
    const { code, stderr } = await runProgram(go, ['build', ...flags, '-o', built, packagePath], {
      cwd: source,
      environment: { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '', GOWORK: 'off', GOEXPERIMENT: experiment },
      timeoutMs: BUILD_TIMEOUT_MS,
    });
    if (code !== 0) {
      throw new ClusterError(
        'PREREQUISITE_MISSING',
        `${name} ${scannerVersion(name)} does not build: ${lastLines(stderr)}`,
        {
          fix: 'Its modules come from the proxy that GOPROXY names; that must be reachable the first time.',
        },
      );
    }
    await rename(built, target);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return target;
}

function goVersionOf(folder: string): readonly [number, number, number] {
  const text = readFileSync(join(folder, 'go.mod'), 'utf8');
  const [, major, minor, patch] = /^go (\d+)\.(\d+)(?:\.(\d+))?$/m.exec(text) ?? [];
  return [Number(major), Number(minor), Number(patch ?? 0)];
}
