import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irisRequest } from '../iris.ts';
import { repository, until } from '../start-platform.ts';
import { bases, provideBases } from './engine/bases.ts';
import { startEngine, type Engine } from './engine/engine.ts';
import { buildImage, imageOf, type ImageName } from './engine/images.ts';
import { buildWithBuildah } from './images/build-with-buildah.ts';
import { startImageSet, type ImageSet } from './images/image-set.ts';
import { contentOf, measureImage, megabytes, stepsOf } from './images/measure-image.ts';

const names = ['gateway', 'control-plane', 'cli', 'dashboard'] as const;

/** What a registry stores of an image at most. */
const packedBytesMax = { gateway: 90e6, 'control-plane': 70e6, cli: 70e6, dashboard: 25e6 } as const;
const reusedShareMin = 0.8;

let engine: Engine;

beforeAll(async () => {
  engine = await startEngine();
  for (const name of names) {
    const beganMs = performance.now();
    await buildImage(engine, name);
    console.log(`${name}: built in ${((performance.now() - beganMs) / 1_000).toFixed(1)} s`);
  }
});

afterAll(async () => {
  await engine?.stop();
});

/** Runs a program of an image in place of its own. @returns the exit status: 127 says that there is none. */
const statusOf = (image: string, program: string, ...args: readonly string[]): number =>
  engine.run('docker', ['run', '--rm', '--network', 'none', '--entrypoint', program, image, ...args]).status;

describe('an image', () => {
  it.each(names)('%s is small', (name) => {
    const { packedBytes, unpackedBytes, basePackedBytes } = measureImage(engine, imageOf(name));
    const base = `${megabytes(basePackedBytes)} of it the base`;
    console.log(`${name}: ${megabytes(packedBytes)} in a registry (${base}), ${megabytes(unpackedBytes)} unpacked`);
    expect(packedBytes).toBeLessThanOrEqual(packedBytesMax[name]);
  });

  it('is a fraction of what the obvious Dockerfile gives', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-naive-'));
    try {
      const secret = '--mount=type=secret,id=ca';
      const install = `RUN ${secret} NODE_EXTRA_CA_CERTS=/run/secrets/ca npm ci`;
      const start = 'CMD ["node", "apps/gateway/src/main.ts"]';
      writeFileSync(
        join(folder, 'Dockerfile'),
        [`FROM ${bases.node.image}`, 'WORKDIR /app', 'COPY . .', install, start, ''].join('\n'),
      );
      const words = ['--pull=false', '--network', 'host', '--secret', 'id=ca,src=/etc/ssl/certs/ca-certificates.crt'];
      engine.docker('build', ...words, '--file', join(folder, 'Dockerfile'), '--tag', 'naive', repository);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const naive = measureImage(engine, 'naive');
    const ours = measureImage(engine, imageOf('gateway'));
    console.log(
      `the obvious Dockerfile: ${megabytes(naive.packedBytes)}, ${megabytes(naive.unpackedBytes)} unpacked; ours: ${megabytes(ours.packedBytes)}`,
    );
    expect(ours.packedBytes).toBeLessThan(naive.packedBytes / 2);
    engine.docker('rmi', 'naive');
  });

  it.each(names)('%s runs as nobody that matters, and holds no shell and nothing to install with', (name) => {
    const user = engine.docker('inspect', '--format', '{{.Config.User}}', imageOf(name));
    expect(user).toBe(name === 'dashboard' ? '101:101' : '65532:65532');
    const programs = ['sh', 'bash', 'dash', 'busybox', 'apt-get', 'dpkg', 'apk', 'npm', 'perl', 'python3'];
    expect(programs.filter((program) => statusOf(imageOf(name), program) !== 127)).toEqual([]);
  });

  it('the slim variant has the shell that the other lacks, and the same programs', async () => {
    await provideBases(engine, ['debian']);
    const words = ['--build-arg', `RUNTIME_IMAGE=${bases.debian.image}`];
    await buildImage(engine, 'cli', { tag: 'cli-slim', words });
    expect(statusOf('cli-slim', '/bin/sh', '-c', 'exit 0')).toBe(0);
    expect(engine.docker('run', '--rm', 'cli-slim', '--help')).toMatch(/^Usage: cluster-ai/);
    expect(engine.docker('run', '--rm', '--read-only', imageOf('cli'), '--help')).toMatch(/^Usage: cluster-ai/);
  });

  it('the dashboard passes nginx’s own test with a read-only root and no capabilities', () => {
    const strict = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--tmpfs', '/tmp'];
    const tested = engine.run('docker', ['run', '--rm', '--network', 'none', ...strict, imageOf('dashboard'), '-t']);
    expect(`${tested.stdout}${tested.stderr}`).toContain('test is successful');
    expect(tested.status).toBe(0);
  });
});

describe('a build', () => {
  it.each(['gateway', 'dashboard'] as const)('%s gives the same files when everything is done again', async (name) => {
    const first = contentOf(engine, imageOf(name));
    await buildImage(engine, name, { tag: 'again', words: ['--no-cache'] });
    const again = contentOf(engine, 'again');
    console.log(`${name}: ${first.length} lines of paths and hashes are equal over two builds`);
    expect(again).toEqual(first);
    expect(first.length).toBeGreaterThan(50);
  });

  it('has the same digest twice when buildah is told the time', async () => {
    const [first, again] = await buildWithBuildah(engine, 'gateway', 2);
    console.log(`gateway by buildah --timestamp 0: ${first}`);
    expect(first).toMatch(/^sha256:/);
    expect(again).toBe(first);
  });

  it('reuses most steps after a change of one file', async () => {
    const context = mkdtempSync(join(tmpdir(), 'cluster-ai-context-'));
    try {
      const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
        cwd: repository,
      });
      execFileSync('tar', ['--create', '--null', '--files-from', '-', '--file', join(context, 'tree.tar')], {
        cwd: repository,
        input: listed,
      });
      execFileSync('tar', ['--extract', '--file', 'tree.tar'], { cwd: context });
      await buildImage(engine, 'gateway', { tag: 'before', context });
      const file = join(context, 'apps/gateway/src/main.ts');
      // Another change each time: the engine remembers the last one.
      writeFileSync(file, `${readFileSync(file, 'utf8')}\nprocess.title = '${randomUUID()}';\n`);
      const { all, reused } = stepsOf(await buildImage(engine, 'gateway', { tag: 'after', context }));
      console.log(`gateway: ${reused} of ${all} steps reused after a change of one file`);
      expect(all).toBeGreaterThan(20);
      expect(reused).toBeLessThan(all);
      expect(reused / all).toBeGreaterThanOrEqual(reusedShareMin);
    } finally {
      rmSync(context, { recursive: true, force: true });
    }
  });
});

describe('the programs in their images, on a read-only root without capabilities', () => {
  let set: ImageSet;
  beforeAll(async () => {
    set = await startImageSet(engine);
  });
  afterAll(async () => {
    await set?.remove();
  });

  /** From inside the container: there the gateway asks for no key. */
  const predict = (): string | null => {
    const call =
      'fetch(process.argv[1], { method: "POST", body: process.argv[2] }).then(async (a) => console.log(await a.text()))';
    const url = `http://127.0.0.1:8000${irisRequest.path}`;
    const words = ['exec', 'gateway', '/nodejs/bin/node', '-e', call, url, irisRequest.body];
    const answer = engine.docker(...words);
    return irisRequest.check === undefined ? 'nobody checks' : irisRequest.check(answer);
  };

  const isGreenInside = (path: string): boolean =>
    engine.run('docker', ['exec', 'gateway', '/nodejs/bin/node', '/app/health.js', `http://127.0.0.1:8000${path}`])
      .status === 0;

  const live = async (name: ImageName, port: number): Promise<number> =>
    (await fetch(`http://${set.address(name)}:${port}/livez`)).status;

  it('become healthy by their own checks, and predict', async () => {
    const planeMs = await set.untilHealth('control-plane', 'healthy');
    const gatewayMs = await set.untilHealth('gateway', 'healthy');
    console.log(`healthy: control plane ${Math.round(planeMs)} ms, gateway ${Math.round(gatewayMs)} ms after it`);
    await until('the gateway has loaded iris', 60_000, () => isGreenInside('/v2/models/iris/ready'), 500);
    expect(predict()).toBeNull();
  });

  it('the control plane turns red without its database, stays alive, and comes back', async () => {
    await set.postgres.stop();
    const redMs = await set.untilHealth('control-plane', 'unhealthy');
    expect(await live('control-plane', 3002)).toBe(200);
    expect(predict()).toBeNull();
    await set.postgres.start();
    const greenMs = await set.untilHealth('control-plane', 'healthy');
    console.log(
      `control plane: red ${Math.round(redMs)} ms after its database went, green ${Math.round(greenMs)} ms after it came`,
    );
  });

  it('the gateway turns red when it hangs', async () => {
    expect(set.health('gateway')).toBe('healthy');
    engine.docker('kill', '--signal', 'STOP', 'gateway');
    const redMs = await set.untilHealth('gateway', 'unhealthy');
    engine.docker('kill', '--signal', 'CONT', 'gateway');
    await set.untilHealth('gateway', 'healthy');
    expect(set.health('control-plane')).toBe('healthy');
    console.log(`gateway: red ${Math.round(redMs)} ms after it hung`);
  });

  it.each(['gateway', 'control-plane'] as const)('%s drains on SIGTERM as process 1, and ends with 0', (name) => {
    const beganMs = performance.now();
    engine.docker('stop', '--time', '60', name);
    const tookMs = performance.now() - beganMs;
    const { stdout, stderr } = engine.run('docker', ['logs', '--tail', '5', name]);
    console.log(`${name}: stopped in ${Math.round(tookMs)} ms`);
    expect(engine.docker('inspect', '--format', '{{.State.ExitCode}}', name)).toBe('0');
    expect(`${stdout}${stderr}`).toMatch(/"reason":"SIGTERM","clean":true/);
    expect(tookMs).toBeLessThan(60_000);
  });
});
