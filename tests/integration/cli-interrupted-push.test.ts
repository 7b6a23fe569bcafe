import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel } from '@cluster-ai/protocols/onnx/write-model.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repository, startPlatform, until } from '../start-platform.ts';
import type { Platform } from '../start-platform.ts';

const main = join(repository, 'apps/cli/src/main.ts');
const modelBytes = 16_000_000;

/** A way to the control plane that counts what is sent, and can be cut. */
interface Cable {
  readonly url: string;
  sentBytes(): number;
  /** Cuts every connection once this many bytes have gone through, and those after it right away until `mend`. */
  cutAfter(bytes: number): void;
  mend(): void;
  close(): void;
}

async function layCable(port: number): Promise<Cable> {
  let sent = 0;
  let limit = Number.POSITIVE_INFINITY;
  const server: Server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.on('data', (chunk) => {
      sent += chunk.length;
      if (sent > limit) near.destroy();
      else if (!far.write(chunk)) near.pause();
    });
    far.on('drain', () => near.resume());
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${own}`,
    sentBytes: () => sent,
    cutAfter: (bytes) => (limit = bytes),
    mend: () => (limit = Number.POSITIVE_INFINITY),
    close: () => server.close(),
  };
}

describe('a push that is interrupted', () => {
  let platform: Platform;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-ai-interrupted-'));
    platform = await startPlatform({ examples: false });
  });
  afterAll(async () => {
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** What the server has already is not sent, so that each push needs a model of its own. */
  async function makeModel(weight: number): Promise<string> {
    const file = join(folder, `${weight}.onnx`);
    await writeFile(file, sizeableModel(weight));
    return file;
  }

  function push(cable: Cable, name: string, file: string) {
    const env = {
      ...process.env,
      CLUSTER_AI_HOME: platform.home,
      CLUSTER_AI_TOKEN: platform.adminToken,
      XDG_STATE_HOME: join(folder, 'state'),
    };
    const child = spawn(process.execPath, [main, 'model', 'push', name, file, '--server', cable.url], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    }
    return { child, printed: () => printed };
  }

  test('by the network goes on where it stopped', async () => {
    const cable = await layCable(platform.ports.control);
    cable.cutAfter(modelBytes / 2);
    const { child, printed } = push(cable, 'cut', await makeModel(0.25));
    await until('the warning', 60_000, () => printed().includes('continuing in'));
    cable.mend();
    await once(child, 'exit');
    console.log(`${modelBytes} bytes, cut after half: ${cable.sentBytes()} bytes sent in all`);
    expect(child.exitCode).toBe(0);
    expect(printed()).toMatch(/cut version 1 is ready on gateway-1/);
    expect(cable.sentBytes()).toBeLessThan(modelBytes * 1.6);
    cable.close();
  });

  test('by the end of the command is continued by the same command', async () => {
    const cable = await layCable(platform.ports.control);
    cable.cutAfter(modelBytes / 2);
    const file = await makeModel(0.5);
    const first = push(cable, 'killed', file);
    await until('the warning', 60_000, () => first.printed().includes('continuing in'));
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    cable.mend();
    const before = cable.sentBytes();
    const second = push(cable, 'killed', file);
    await once(second.child, 'exit');
    const sent = cable.sentBytes() - before;
    console.log(`${modelBytes} bytes, killed after half: the second command sent ${sent} bytes`);
    expect(second.child.exitCode).toBe(0);
    expect(second.printed()).toMatch(/killed version 1 is ready on gateway-1/);
    expect(sent).toBeLessThan(modelBytes * 0.8);
    cable.close();
  });
});

/** A matrix product with 2000 x 2000 float32 weights: 16 MB. */
function sizeableModel(weight: number): Uint8Array {
  const size = 2_000;
  return writeOnnxModel({
    producerName: 'test',
    graphName: 'sizeable',
    opsets: [{ domain: '', version: 17 }],
    nodes: [{ opType: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [
      { name: 'w', datatype: 'FP32', shape: [size, size], data: new Float32Array(size * size).fill(weight) },
    ],
    inputs: [{ name: 'x', elementType: elementTypeOf.FP32, shape: ['n', size] }],
    outputs: [{ name: 'y', elementType: elementTypeOf.FP32, shape: ['n', size] }],
  });
}
