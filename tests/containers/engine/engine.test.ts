import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provideBases } from './bases.ts';
import { startEngine, type Engine } from './engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(async () => {
  await engine?.stop();
});

describe('the engine and its bases', () => {
  it('runs the pinned Node in each base that carries it', async () => {
    await provideBases(engine, ['debian', 'node', 'distroless-node']);
    const said = ['docker.io/library/node:24-bookworm-slim', 'gcr.io/distroless/nodejs24-debian12:nonroot'].map(
      (image) =>
        image.startsWith('gcr.io')
          ? engine.docker('run', '--rm', image, '--version')
          : engine.docker('run', '--rm', image, 'node', '--version'),
    );
    expect(said).toEqual(['v24.21.0', 'v24.21.0']);
    expect(engine.docker('run', '--rm', 'docker.io/library/node:24-bookworm-slim', 'npm', '--version')).toBe('11.6.2');
  });

  it('the distroless base has no shell and runs as nobody that matters', () => {
    const image = 'gcr.io/distroless/nodejs24-debian12:nonroot';
    expect(engine.docker('run', '--rm', image, '-p', 'process.getuid()')).toBe('65532');
    expect(engine.run('docker', ['run', '--rm', '--entrypoint', '/bin/sh', image, '-c', 'true']).status).not.toBe(0);
  });
});
