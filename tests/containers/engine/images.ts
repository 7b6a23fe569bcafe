import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { bases, provideBase } from './bases.ts';
import type { Engine } from './engine.ts';

export const root = join(import.meta.dirname, '..', '..', '..');

const dockerfiles = {
  gateway: 'apps/gateway/Dockerfile',
  'control-plane': 'apps/control-plane/Dockerfile',
  cli: 'apps/cli/Dockerfile',
  dashboard: 'web-dashboard/Dockerfile',
} as const;

export type ImageName = keyof typeof dockerfiles;

export interface BuildOptions {
  /** The tree that is built; the checkout that the tests are in. */
  readonly context?: string;
  /** Instead of `cluster-ai/<name>:<version>`. */
  readonly tag?: string;
  /** Further words for `docker build`. */
  readonly words?: readonly string[];
}

/** The name under which compose files and charts ask for an image of ours. */
export const imageOf = (name: ImageName): string => `cluster-ai/${name}:${packageJson.version}`;

/**
 * Builds an image from the Dockerfile that is shipped, with stand-ins under the names of its bases.
 * @returns what the build printed, one line a step; @throws Error with that output when it fails
 */
export async function buildImage(engine: Engine, name: ImageName, options: BuildOptions = {}): Promise<string> {
  const { context = root, tag = imageOf(name), words = [] } = options;
  const { file, baseImages, overrides } = await prepareBuild(engine, name, context);
  if (baseImages.length === 0) throw new Error(`${dockerfiles[name]} pins no base`);
  const fixed = ['build', '--pull=false', '--network', 'host', '--progress', 'plain', '--file', file, '--tag', tag];
  const secret = ['--secret', 'id=ca,src=/etc/ssl/certs/ca-certificates.crt'];
  const { status, stdout, stderr } = engine.run('docker', [...fixed, ...secret, ...overrides, ...words, context]);
  if (status !== 0) throw new Error(`${dockerfiles[name]} was not built:\n${`${stdout}${stderr}`.slice(-12_000)}`);
  return `${stdout}${stderr}`;
}

/** What any builder needs for an image of ours. */
export interface PreparedBuild {
  /** Path of the Dockerfile. */
  readonly file: string;
  /** Names of the stand-ins that it begins with; the engine has them. */
  readonly baseImages: readonly string[];
  /** Words that name the stand-ins in place of the pinned bases. */
  readonly overrides: readonly string[];
}

/** Puts the stand-ins for the bases of a Dockerfile into the engine. @throws Error when nothing stands in for one */
export async function prepareBuild(engine: Engine, name: ImageName, context = root): Promise<PreparedBuild> {
  const file = join(context, dockerfiles[name]);
  const baseImages: string[] = [];
  const overrides: string[] = [];
  for (const { argument, image } of basesOf(readFileSync(file, 'utf8'))) {
    const base = Object.values(bases).find((candidate) => candidate.image === image);
    if (base === undefined) throw new Error(`${dockerfiles[name]}: nothing stands in for ${image} (bases.ts)`);
    await provideBase(engine, base);
    baseImages.push(image);
    overrides.push('--build-arg', `${argument}=${image}`);
  }
  return { file, baseImages, overrides };
}

/** Builds all of them. */
export async function buildImages(engine: Engine, names: readonly ImageName[]): Promise<void> {
  for (const name of names) await buildImage(engine, name);
}

/** The bases that a Dockerfile pins: `ARG <argument>=<image>@sha256:…` before its first FROM. */
function basesOf(dockerfile: string): { argument: string; image: string; digest: string }[] {
  const head = dockerfile.split(/^FROM /m, 1)[0] ?? '';
  return Array.from(
    head.matchAll(/^ARG ([A-Z_]+_IMAGE)=(\S+?)@(sha256:[0-9a-f]{64})$/gm),
    ([, argument = '', image = '', digest = '']) => ({ argument, image, digest }),
  );
}
