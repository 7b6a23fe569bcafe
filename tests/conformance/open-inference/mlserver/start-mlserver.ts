import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isGreen, until } from '../../../start-platform.ts';
import { writeModelRepository } from '../models.ts';
import { pythonProgram } from '../run-python-cases.ts';

export interface MlServer {
  readonly url: string;
  readonly grpcAddress: string;
  stop(): Promise<void>;
}

/** Starts a real MLServer with the models of `models.ts`, which ONNX Runtime runs there, too. */
export async function startMlServer(): Promise<MlServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mlserver-'));
  await writeModelRepository(folder);
  const models = await readdir(folder);
  for (const name of models) {
    const parameters = { uri: './1/model.onnx', version: '1' };
    const settings = { name, implementation: 'onnx_model.OnnxModel', parameters };
    await writeFile(join(folder, name, 'model-settings.json'), JSON.stringify(settings));
  }
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()];
  const ports = { http_port: http, grpc_port: grpc, metrics_port: metrics };
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ host: '127.0.0.1', parallel_workers: 0, ...ports }));
  const child = spawn(pythonProgram('mlserver', 'mlserver'), ['start', folder], {
    env: { ...process.env, PYTHONPATH: import.meta.dirname, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${http}`;
  try {
    await until('MLServer serves its models', 120_000, async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      const ready = await Promise.all(models.map((name) => isGreen(`${url}/v2/models/${name}/ready`)));
      return ready.every(Boolean);
    });
    return { url, grpcAddress: `127.0.0.1:${grpc}`, stop };
  } catch (error) {
    await stop();
    throw new Error(`MLServer did not start:\n${printed}`, { cause: error });
  }
}
