import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Release } from '../../../tools/release/release-manifest.ts';
import type { Engine } from '../engine/engine.ts';
import { buildImage, type ImageName } from '../engine/images.ts';
import type { Registry } from './registry.ts';

/**
 * Builds the gateway and the front door from the Dockerfiles that are shipped, and pushes them. Another version makes
 * other images of the same code: they carry its name. The control plane of these installations runs on the host.
 */
export async function pushRelease(engine: Engine, registry: Registry, version: string): Promise<Release> {
  const build = async (name: ImageName): Promise<string> => {
    const repositoryName = `${registry.prefix}cluster-ai/${name}`;
    const tag = `${repositoryName}:${version}`;
    await buildImage(engine, name, { tag, words: ['--build-arg', `VERSION=${version}`] });
    return pushTag(engine, repositoryName, tag);
  };
  const gateway = await build('gateway');
  const dashboard = await build('dashboard');
  return {
    version,
    revision: '0'.repeat(40),
    builtAt: new Date().toISOString(),
    images: { gateway, 'control-plane': gateway, dashboard, cli: gateway },
  };
}

/** @param fill writes a Dockerfile and what it copies. @returns the reference by digest. */
export function pushImage(engine: Engine, repositoryName: string, fill: (folder: string) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-image-'));
  try {
    fill(folder);
    const tag = `${repositoryName}:tests`;
    engine.docker('build', '--quiet', '--tag', tag, folder);
    return pushTag(engine, repositoryName, tag);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pushTag(engine: Engine, repositoryName: string, tag: string): string {
  engine.docker('push', '--quiet', tag);
  const names = JSON.parse(engine.docker('image', 'inspect', '--format', '{{json .RepoDigests}}', tag)) as string[];
  const name = names.find((candidate) => candidate.startsWith(`${repositoryName}@`));
  if (name === undefined) throw new Error(`the engine names no digest of ${tag}`);
  return name;
}
