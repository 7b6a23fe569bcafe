import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { repository } from '../../start-platform.ts';
import { allOf, readDockerfile } from './read-dockerfile.ts';

/** What each image promises; the guide says the same (docs/guides/images.md). */
const images = [
  {
    file: 'apps/gateway/Dockerfile',
    user: '65532:65532',
    stages: ['packages', 'build', 'gateway'],
    entry: ['/nodejs/bin/node', '/app/gateway.js'],
    health: ['/nodejs/bin/node', '/app/health.js', 'http://127.0.0.1:8002/readyz'],
    ports: '8000 8001 8002',
    bundle: '--only gateway ',
  },
  {
    file: 'apps/control-plane/Dockerfile',
    user: '65532:65532',
    stages: ['packages', 'build', 'control-plane'],
    entry: ['/nodejs/bin/node', '/app/control-plane.js'],
    health: ['/nodejs/bin/node', '/app/health.js', 'http://127.0.0.1:3002/readyz'],
    ports: '3000 3002',
    bundle: '--only control-plane ',
  },
  {
    file: 'apps/cli/Dockerfile',
    user: '65532:65532',
    stages: ['packages', 'build', 'cli'],
    entry: ['/nodejs/bin/node', '/app/cluster-ai.js'],
    health: null,
    ports: undefined,
    bundle: '--only cli ',
  },
  {
    file: 'web-dashboard/Dockerfile',
    user: '101:101',
    stages: ['packages', 'build', 'nginx', 'dashboard'],
    entry: ['/usr/sbin/nginx', '-e', 'stderr', '-g', 'daemon off;'],
    health: ['/usr/bin/curl', '-fsS', '-o', '/dev/null', 'http://127.0.0.1:8080/readyz'],
    ports: '8080 8443 8001',
    bundle: 'npm run build --workspace web-dashboard',
  },
] as const;

const finalOf = (file: string) => readDockerfile(file).stages.at(-1);

describe.each(images)('$file', ({ file, user, stages, entry, health, ports, bundle }) => {
  const dockerfile = readDockerfile(file);
  const final = finalOf(file);

  it('has its stages, each on a base pinned by digest or on a stage before', () => {
    expect(dockerfile.stages.map(({ name }) => name)).toEqual(stages);
    const pinned = dockerfile.head.map(
      ({ word, rest }) =>
        /^(\w+_IMAGE)=[a-z.]+\/[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/.exec(word === 'ARG' ? rest : '')?.[1],
    );
    expect(pinned.length).toBe(2);
    const known = pinned.map((name) => `\${${name}}`);
    for (const { base, name } of dockerfile.stages) {
      expect(known).toContain(base);
      known.push(name);
    }
  });

  it('installs from the lockfile, runs no script of a package, and keeps what npm fetched', () => {
    const runs = allOf(dockerfile.stages[0], 'RUN');
    expect(runs).toHaveLength(2);
    for (const run of runs) {
      expect(run).toContain('--mount=type=cache,target=/var/cache/npm');
      expect(run).toContain('--mount=type=secret,id=ca');
      expect(run).toContain('--mount=type=secret,id=npmrc');
    }
    expect(runs[0]).toMatch(/ node tools\/bootstrap\/fetch-node\.mjs "\$BUILDARCH" \/opt\/node$/);
    expect(runs[1]).toMatch(/ npm ci --ignore-scripts$/);
    const manifests = allOf(dockerfile.stages[0], 'COPY').map((copied) => copied.split(' ')[0]);
    const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as { packages: object };
    const workspaces = Object.keys(lock.packages).filter((path) => path !== '' && !path.includes('node_modules'));
    expect(manifests).toEqual(expect.arrayContaining(workspaces.map((path) => `${path}/package.json`)));
  });

  it('builds what it ships from sources alone', () => {
    const build = dockerfile.stages.find(({ name }) => name === 'build');
    expect(allOf(build, 'RUN').join('\n')).toContain(bundle);
    expect(allOf(build, 'RUN').at(-1)).toContain('touch --no-dereference --date="@$SOURCE_DATE_EPOCH"');
    if (ports !== '8080 8443 8001') expect(allOf(build, 'RUN')[0]).toContain('fetch-node.mjs "$TARGETARCH"');
  });

  it('ends in a stage that runs nothing, as nobody that matters', () => {
    expect(final?.base).toMatch(/^\$\{(RUNTIME|FRONT_DOOR)_IMAGE\}$/);
    expect(allOf(final, 'RUN')).toEqual([]);
    expect(allOf(final, 'ADD')).toEqual([]);
    expect(allOf(final, 'COPY').filter((copied) => !copied.startsWith('--from='))).toEqual([]);
    expect(allOf(final, 'USER')).toEqual([user]);
    expect(allOf(final, 'EXPOSE')[0]).toBe(ports);
  });

  it('starts and is asked without a shell', () => {
    expect(JSON.parse(allOf(final, 'ENTRYPOINT')[0] ?? '')).toEqual(entry);
    expect(allOf(final, 'CMD')).toEqual(['[]']);
    expect(allOf(final, 'SHELL')).toEqual([]);
    const [check = ''] = allOf(final, 'HEALTHCHECK');
    if (health === null) {
      expect(check).toBe('NONE');
    } else {
      expect(JSON.parse(check.replace(/^.*?CMD /, ''))).toEqual(health);
      expect(check).toMatch(/^--interval=10s --timeout=5s --start-period=\d+s --retries=3 /);
    }
  });

  it('says what it is', () => {
    const [labels = ''] = allOf(final, 'LABEL');
    for (const name of ['title', 'description', 'version', 'revision', 'licenses', 'vendor']) {
      expect(labels).toMatch(new RegExp(`org\\.opencontainers\\.image\\.${name}="[^"]+"`));
    }
    expect(allOf(final, 'ARG')).toContain(`VERSION=${packageJson.version}`);
  });
});

describe('the images together', () => {
  it('share their first stage word for word, and so its layers', () => {
    const firsts = images.map(({ file }) => readDockerfile(file).stages[0]);
    for (const first of firsts) expect(first).toEqual(firsts[0]);
  });

  it('pin the same digest wherever they name the same base', () => {
    const pins = images.flatMap(({ file }) => readDockerfile(file).head.map(({ rest }) => rest.split('@')));
    const digests = new Map<string, Set<string>>();
    for (const [image = '', digest = ''] of pins) digests.set(image, (digests.get(image) ?? new Set()).add(digest));
    expect([...digests.values()].filter(({ size }) => size !== 1)).toEqual([]);
    const guide = readFileSync(join(repository, 'docs/guides/images.md'), 'utf8');
    for (const [, digest = ''] of pins) expect(guide).toContain(digest);
  });

  it('carry in the last layers what changes with the code', () => {
    const copied = allOf(finalOf('apps/gateway/Dockerfile'), 'COPY');
    expect(copied.at(-1)).toBe('--from=build /out/gateway /app');
    expect(copied).toContain('--from=build /out/native /app/node_modules');
    const programs = images.filter(({ user }) => user === '65532:65532');
    const node = '--from=build /opt/runtime /nodejs';
    for (const { file } of programs) expect(allOf(finalOf(file), 'COPY')).toContain(node);
    const state = '--from=build --chown=65532:65532 /out/home /var/lib/cluster-ai';
    for (const { file } of programs.slice(0, 2)) expect(allOf(finalOf(file), 'COPY')).toContain(state);
  });

  it('tell ONNX Runtime to report nothing, and the gateway to write to one folder', () => {
    const [environment = ''] = allOf(finalOf('apps/gateway/Dockerfile'), 'ENV');
    expect(environment).toContain('ORT_DISABLE_TELEMETRY=1');
    expect(environment).toContain('CLUSTER_AI_GATEWAY_HOME=/var/lib/cluster-ai');
    for (const { file } of images.slice(0, 2)) expect(allOf(finalOf(file), 'ENV')[0]).toContain('MALLOC_ARENA_MAX=4');
    expect(allOf(finalOf('apps/control-plane/Dockerfile'), 'ENV')[0]).toContain(
      'CLUSTER_AI_CONTROL_PLANE_HOME=/var/lib/cluster-ai',
    );
  });

  it('let nginx answer what has arrived before it ends, and bring all that its settings name', () => {
    const dashboard = readDockerfile('web-dashboard/Dockerfile');
    const final = dashboard.stages.at(-1);
    expect(allOf(final, 'STOPSIGNAL')).toEqual(['SIGQUIT']);
    expect(allOf(final, 'COPY').map((copied) => copied.split(' ').at(-1))).toEqual([
      '/',
      '/etc/nginx/nginx.conf',
      '/etc/nginx/front-door/',
      '/etc/nginx/settings',
      '/usr/share/cluster-ai/dashboard',
    ]);
    const [install = '', closure = ''] = allOf(dashboard.stages[2], 'RUN');
    expect(install).toMatch(/--no-install-recommends nginx libnginx-mod-http-brotli-filter .* curl$/);
    const modules = readFileSync(join(repository, 'web-dashboard/nginx.conf'), 'utf8').matchAll(
      /^load_module (\S+);/gm,
    );
    const wanted = [
      '/usr/sbin/nginx',
      '/usr/bin/curl',
      '/etc/nginx/mime.types',
      ...Array.from(modules, ([, path]) => path),
    ];
    for (const path of wanted) expect(closure.split(' ')).toContain(path);
  });

  it('have one build behind both names of the gateway', () => {
    const read = (path: string): string => readFileSync(join(repository, path), 'utf8');
    expect(read('performance/docker/Dockerfile.optimized')).toBe(read('apps/gateway/Dockerfile'));
  });
});
