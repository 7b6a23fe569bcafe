import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes an image of one static program, in the form of `docker save`, for `ctr images import`. */
export function writeImageOfProgram(name: string, program: string, target: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-image-'));
  try {
    const root = join(folder, 'root');
    mkdirSync(root);
    copyFileSync(program, join(root, 'program'));
    execFileSync('tar', [
      '--create',
      '--file',
      join(folder, 'layer.tar'),
      '--owner=0',
      '--group=0',
      '-C',
      root,
      'program',
    ]);
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, 'layer.tar')))
      .digest('hex');
    const config = {
      architecture: 'amd64',
      os: 'linux',
      config: { Entrypoint: ['/program'], User: '65535:65535' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
      history: [{ created_by: 'one program' }],
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    execFileSync('tar', ['--create', '--file', target, '-C', folder, 'manifest.json', 'config.json', 'layer.tar']);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
