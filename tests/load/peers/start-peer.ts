import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, pause, repository } from '../../start-platform.ts';
import { modelBytes } from '../bench/bench-models.ts';
import { memoryOf, withDescendants } from '../bench/process-tree.ts';
import { scenarioOf } from '../bench/scenarios.ts';
import { askPeer } from './ask-peer.ts';
import { peerModels, type Peer } from './peers.ts';
import type { RunningServer } from './server.ts';

const startTimeoutMs = 120_000;
const stopTimeoutMs = 20_000;
const betweenAttemptsMs = 50;

/** Starts another's server with the models, and waits until it has answered each. @throws Error with all that it printed. */
export async function startPeer(peer: Peer): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), `bench-${peer.name}-`));
  for (const model of peerModels) await writeFile(join(folder, `${model}.onnx`), await modelBytes(model));
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  if (peer.name === 'mlserver') await writeMlServerFolder(folder, ports);
  const bin = join(repository, '.tools/peers', peer.name, 'bin');
  const [program = '', ...args] = peer.command({ folder, ports, program: (name) => join(bin, name) });
  const startedAtMs = performance.now();
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      ...process.env,
      PATH: [bin, process.env['PATH']].join(delimiter),
      PYTHONPATH: import.meta.dirname,
      PYTHONDONTWRITEBYTECODE: '1',
      BENCH_MODELS: folder,
      BENCH_MODEL_NAMES: peerModels.join(','),
      // None of them tells anybody that it was started.
      BENTOML_DO_NOT_TRACK: 'true',
      RAY_USAGE_STATS_ENABLED: '0',
      TS_DISABLE_SYSTEM_METRICS: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: it and what it started end together.
    detached: true,
  });
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-20_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const pid = child.pid ?? 0;
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    const all = withDescendants(pid);
    child.kill('SIGTERM');
    await Promise.race([exited, pause(stopTimeoutMs)]);
    for (const each of all) kill(each);
    await exited;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `http://127.0.0.1:${ports[0]}`;
  const wires: RunningServer['wires'] = (model) => [model === 'convolution' && peer.takesBinary ? 'binary' : 'JSON'];
  try {
    for (const model of peerModels) {
      const scenario = scenarioOf(model, wires(model)[0] ?? 'JSON');
      for (;;) {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
        const problem = await askPeer(url, peer.path(model), scenario, 0).then(() => null, String);
        if (problem === null) break;
        if (performance.now() - startedAtMs > startTimeoutMs) throw new Error(`${model} was not answered: ${problem}`);
        await pause(betweenAttemptsMs);
      }
    }
    const coldStartMs = performance.now() - startedAtMs;
    return { url, path: peer.path, coldStartMs, wires, memory: () => memoryOf(pid), stop };
  } catch (error) {
    await stop();
    throw new Error(`${peer.title} did not start: ${String(error)}\n${printed.slice(-3_000)}`, { cause: error });
  }
}

/** A process that has ended meanwhile needs no signal. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // process.kill throws nothing else.
  }
}

async function writeMlServerFolder(folder: string, [http, grpc, metrics]: readonly number[]): Promise<void> {
  const home = join(folder, 'mlserver');
  await mkdir(home);
  const settings = { host: '127.0.0.1', http_port: http, grpc_port: grpc, metrics_port: metrics, parallel_workers: 0 };
  await writeFile(join(home, 'settings.json'), JSON.stringify({ ...settings, debug: false }));
  for (const name of peerModels) {
    await mkdir(join(home, name));
    const model = { name, implementation: 'mlserver_rows.Rows' };
    await writeFile(join(home, name, 'model-settings.json'), JSON.stringify(model));
  }
}
