import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bases, provideBases } from './bases.ts';
import { startEngine, type Engine } from './engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
  await provideBases(engine, ['node', 'distroless-cc', 'distroless-static']);
});
afterAll(async () => {
  await engine?.stop();
});

describe('the engine and its bases', () => {
  it('runs the pinned Node and npm in the base that carries them', () => {
    const { image } = bases.node;
    expect(engine.docker('run', '--rm', image, 'node', '--version')).toBe('v24.21.0');
    expect(engine.docker('run', '--rm', image, 'npm', '--version')).toBe('11.6.2');
  });

  it.each(['distroless-cc', 'distroless-static'] as const)('%s has no shell, and nothing to install with', (name) => {
    const { image } = bases[name];
    const statuses = ['/bin/sh', '/usr/bin/dpkg', '/usr/bin/apt-get'].map(
      (program) => engine.run('docker', ['run', '--rm', '--entrypoint', program, image]).status,
    );
    expect(statuses).toEqual([127, 127, 127]);
  });
});
