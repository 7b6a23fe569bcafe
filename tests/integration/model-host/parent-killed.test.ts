import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { heavyModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { childrenOf, isAlive } from '../../drills/processes.ts';
import { until } from './host-fixture.ts';

const parentScript = fileURLToPath(new URL('busy-parent.ts', import.meta.url));

it('no runner outlives a gateway that is killed, not even inside a long run', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cluster-ai-parent-'));
  await writeFile(path.join(folder, 'model.onnx'), heavyModel(200).bytes);
  // Killed as it is, the parent cannot remove what it made: all of it goes into this folder.
  const env = { ...process.env, TMPDIR: folder };
  const parent = spawn(process.execPath, [parentScript, folder], { stdio: ['ignore', 'pipe', 'inherit'], env });
  try {
    let output = '';
    parent.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await until('the parent is busy', () => output.includes('busy'));
    const runners = childrenOf(parent.pid ?? 0).filter(({ command }) => command.includes('apps/runner/'));
    expect(runners).toHaveLength(1);
    await new Promise((resolve) => void setTimeout(resolve, 300));
    const killedAtMs = performance.now();
    parent.kill('SIGKILL');
    await until('the runner has ended', () => runners.every(({ pid }) => !isAlive(pid)), 5_000);
    console.log(`a busy runner ended ${Math.round(performance.now() - killedAtMs)} ms after its gateway was killed`);
  } finally {
    parent.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});
