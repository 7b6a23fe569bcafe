import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Release } from '../../../tools/release/release-manifest.ts';
import { repository } from '../../start-platform.ts';
import { bases, fillDebian, provideBase } from '../engine/bases.ts';
import type { Engine } from '../engine/engine.ts';
import type { Registry } from './registry.ts';

const nginxPackages = ['nginx-light', 'libnginx-mod-http-brotli-filter', 'libnginx-mod-http-brotli-static', 'curl'];
const nginxBase = {
  image: 'cluster-ai-tests/nginx:1',
  recipe: nginxPackages.join(' '),
  changes: [],
  fill: (folder: string) => fillDebian(folder, nginxPackages),
};

/**
 * Builds and pushes the images of a release of the installation in compose.yml: the pinned Node, which runs this checkout
 * from its source, and the shipped nginx configuration on Debian's nginx.
 */
export async function pushRelease(engine: Engine, registry: Registry, version: string): Promise<Release> {
  await provideBase(engine, bases.node);
  await provideBase(engine, nginxBase);
  const gateway = pushImage(engine, `${registry.prefix}cluster-ai/gateway`, (folder) => {
    writeFileSync(
      join(folder, 'Dockerfile'),
      `FROM ${bases.node.image}\nLABEL org.opencontainers.image.version=${version}\nENTRYPOINT ["node"]\n`,
    );
  });
  const dashboard = pushImage(engine, `${registry.prefix}cluster-ai/dashboard`, (folder) => {
    cpSync(join(repository, 'web-dashboard/nginx.conf'), join(folder, 'nginx.conf'));
    cpSync(join(repository, 'web-dashboard/nginx'), join(folder, 'front-door'), { recursive: true });
    writeFileSync(
      join(folder, 'Dockerfile'),
      `FROM ${nginxBase.image}
COPY nginx.conf /etc/nginx/nginx.conf
COPY front-door /etc/nginx/front-door
RUN mkdir -p /usr/share/cluster-ai/dashboard
ENTRYPOINT ["/usr/sbin/nginx","-e","stderr","-g","daemon off;"]
`,
    );
  });
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
    engine.docker('push', '--quiet', tag);
    const names = JSON.parse(engine.docker('image', 'inspect', '--format', '{{json .RepoDigests}}', tag)) as string[];
    const name = names.find((candidate) => candidate.startsWith(`${repositoryName}@`));
    if (name === undefined) throw new Error(`the engine names no digest of ${tag}`);
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
