import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../engine/engine.ts';

export interface ImageSize {
  /** What a registry stores: each layer packed by gzip, as `docker push` does. */
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  /** Of the first layer, which is the base: the stand-ins have one. */
  readonly basePackedBytes: number;
}

interface Manifest {
  readonly Layers: readonly string[];
}

/** Saves the image and packs each of its layers. */
export function measureImage(engine: Engine, image: string): ImageSize {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-image-'));
  try {
    const archive = join(folder, 'image.tar');
    engine.docker('save', '--output', archive, image);
    execFileSync('tar', ['--extract', '--file', archive, '--directory', folder]);
    const manifests: unknown = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    // What docker save writes: one entry for the one image that was asked for.
    const [{ Layers: layers } = { Layers: [] }] = manifests as Manifest[];
    const sizes = layers.map((layer) => ({
      packed: sizeOf(folder, layer, true),
      unpacked: sizeOf(folder, layer, false),
    }));
    return {
      packedBytes: sizes.reduce((sum, { packed }) => sum + packed, 0),
      unpackedBytes: sizes.reduce((sum, { unpacked }) => sum + unpacked, 0),
      basePackedBytes: sizes[0]?.packed ?? 0,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sizeOf(folder: string, layer: string, packed: boolean): number {
  const command = packed ? 'gzip -6 -c -- "$0" | wc -c' : 'wc -c < "$0"';
  return Number(execFileSync('sh', ['-c', command, join(folder, layer)], { encoding: 'utf8' }));
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Every path of the image with kind, mode, owner and target, and the SHA-256 of every file; but for what the engine adds. */
export function contentOf(engine: Engine, image: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-content-'));
  const container = engine.docker('create', image, 'nothing');
  try {
    const script = [
      'tar --extract --file image.tar --directory root --numeric-owner --same-owner --exclude "dev/*" --exclude "proc/*" --exclude "sys/*"',
      'cd root',
      'find . -printf "%p %y %m %U:%G %l\\n" | LC_ALL=C sort',
      'find . -type f -print0 | LC_ALL=C sort --zero-terminated | xargs -0 sha256sum',
    ].join(' && ');
    engine.docker('export', '--output', join(folder, 'image.tar'), container);
    const options = { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
    execFileSync('mkdir', ['root'], options);
    return execFileSync('sh', ['-euc', script], options).trim().split('\n');
  } finally {
    engine.docker('rm', container);
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Steps {
  readonly all: number;
  readonly reused: number;
}

/** Counts the steps in what `docker build --progress plain` printed: those of a stage, and those that were not done again. */
export function stepsOf(output: string): Steps {
  const steps = new Set(Array.from(output.matchAll(/^#(\d+) \[[\w-]+ +\d+\/\d+\] /gm), ([, id = '']) => id));
  const bases = Array.from(output.matchAll(/^#(\d+) \[[\w-]+ +\d+\/\d+\] FROM /gm), ([, id = '']) => id);
  const cached = Array.from(output.matchAll(/^#(\d+) CACHED$/gm), ([, id = '']) => id);
  const reused = new Set([...bases, ...cached].filter((id) => steps.has(id)));
  return { all: steps.size, reused: reused.size };
}
