import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { readPinnedImage } from '../image-reference.ts';
import { imageNames, writeRelease, type ImageName, type Release } from '../release-manifest.ts';
import { runProgram, type RunProgram } from '../targets/run-program.ts';
import { revisionOf } from './release-context.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const buildTimeoutMs = 3_600_000;
const pushTimeoutMs = 1_200_000;

const dockerfiles: Readonly<Record<ImageName, string>> = {
  gateway: 'apps/gateway/Dockerfile',
  'control-plane': 'apps/control-plane/Dockerfile',
  dashboard: 'web-dashboard/Dockerfile',
  cli: 'apps/cli/Dockerfile',
};

export interface BuildOptions {
  /** With the slash at its end, as CLUSTER_AI_REGISTRY. */
  readonly registry: string;
  /** Default: the version of package.json. */
  readonly version: string | undefined;
  /** Such as linux/amd64,linux/arm64: needs docker buildx. Default: that of this machine. */
  readonly platforms: string | undefined;
  readonly out: string;
  /** Handed to each `docker build` as they are. */
  readonly more: readonly string[];
}

/**
 * Builds each image once, pushes it, and writes the release: what the registry stores, by digest. Nothing after this
 * builds again.
 * @throws ClusterError PRECONDITION_FAILED for a checkout with changes
 */
export async function build(options: BuildOptions, run: RunProgram = runProgram): Promise<Release> {
  if (!/^[a-z0-9.:-]+(\/[a-z0-9._-]+)*\/$/.test(options.registry)) {
    throw new ClusterError('INVALID_ARGUMENT', `'${options.registry}' is not the prefix of a registry`, {
      fix: 'Write it with its slash: REGISTRY=registry.example.com/team/.',
    });
  }
  const revision = revisionOf(root);
  const version = options.version ?? (await versionOfPackage());
  const builder = await hasBuildx(run);
  if (options.platforms !== undefined && !builder) {
    throw new ClusterError('PREREQUISITE_MISSING', 'several platforms need docker buildx', {
      fix: 'Install it, or leave PLATFORMS out to build for this machine.',
    });
  }
  const images = new Map<ImageName, string>();
  // One after the other: they share layers.
  for (const name of imageNames) {
    const tag = `${options.registry}cluster-ai/${name}:${version}`;
    console.log(`${tag} ...`);
    // The Dockerfiles write them into the image's labels.
    const told = ['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${revision}`];
    const words = ['--file', join(root, dockerfiles[name]), '--tag', tag, ...told, ...options.more];
    const digest = builder ? await buildWithBuildx(run, words, options.platforms) : await buildPlainly(run, words, tag);
    images.set(name, `${options.registry}cluster-ai/${name}@${digest}`);
    console.log(`  ${digest}`);
  }
  const imageOf = (name: ImageName): string => images.get(name) ?? '';
  const release: Release = {
    version,
    revision,
    builtAt: new Date().toISOString(),
    images: {
      gateway: imageOf('gateway'),
      'control-plane': imageOf('control-plane'),
      dashboard: imageOf('dashboard'),
      cli: imageOf('cli'),
    },
  };
  await writeRelease(options.out, release);
  const sums = options.out.replace(/\.json$/, '') + '.sha256sums';
  await writeFile(sums, checksumsOf(release));
  console.log(`${options.out} and ${sums} name them by digest: sign and promote what they name.`);
  return release;
}

/** What a provenance attestation takes as its subjects: one line a digest, as sha256sum writes them. */
function checksumsOf(release: Release): string {
  return imageNames
    .map((name) => readPinnedImage(release.images[name]))
    .map(({ repository, digest }) => `${digest.replace('sha256:', '')}  ${repository}\n`)
    .join('');
}

async function hasBuildx(run: RunProgram): Promise<boolean> {
  try {
    await run(['docker', 'buildx', 'version'], { timeoutMs: 30_000 });
    return true;
  } catch (error) {
    // An engine of a distribution may come without it.
    if (error instanceof ClusterError && error.code === 'CONFLICT') return false;
    throw error;
  }
}

async function buildWithBuildx(
  run: RunProgram,
  words: readonly string[],
  platforms: string | undefined,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-ai-build-'));
  try {
    const metadata = join(folder, 'metadata.json');
    const platform = platforms === undefined ? [] : ['--platform', platforms];
    await run(['docker', 'buildx', 'build', '--push', '--metadata-file', metadata, ...platform, ...words, root], {
      timeoutMs: buildTimeoutMs,
    });
    const written = z
      .looseObject({ 'containerimage.digest': z.string() })
      .parse(JSON.parse(await readFile(metadata, 'utf8')));
    return written['containerimage.digest'];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns the digest under which the registry has taken it. */
async function buildPlainly(run: RunProgram, words: readonly string[], tag: string): Promise<string> {
  await run(['docker', 'build', ...words, root], { timeoutMs: buildTimeoutMs, env: { DOCKER_BUILDKIT: '1' } });
  await run(['docker', 'push', tag], { timeoutMs: pushTimeoutMs });
  const listed = await run(['docker', 'image', 'inspect', '--format', '{{json .RepoDigests}}', tag], {
    timeoutMs: 30_000,
  });
  const repository = tag.slice(0, tag.lastIndexOf(':'));
  const pinned = z
    .array(z.string())
    .parse(JSON.parse(listed))
    .map(readPinnedImage)
    .find((image) => image.repository === repository);
  if (pinned === undefined) {
    throw new ClusterError('NOT_FOUND', `the engine names no digest of ${tag} after it was pushed`);
  }
  return pinned.digest;
}

async function versionOfPackage(): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8');
  return z.looseObject({ version: z.string() }).parse(JSON.parse(text)).version;
}
