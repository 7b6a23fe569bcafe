import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAllCases } from './expect-all-cases.ts';
import { runPerfAnalyzer } from './perf-analyzer.ts';
import { pythonProgram } from './run-python-cases.ts';
import { serverUnderTest, type ServerUnderTest } from './server.ts';

let server: ServerUnderTest | undefined;

function running(): ServerUnderTest {
  if (server === undefined) throw new Error('no server was started');
  return server;
}

beforeAll(async () => {
  server = await serverUnderTest();
});

afterAll(async () => {
  await server?.stop();
});

describe('tritonclient over gRPC', () => {
  const scripts = ['grpc_infer.py', 'grpc_server.py', 'grpc_stream.py'];
  test.each(scripts)('every case of %s', async (script) => {
    await expectAllCases('python', `tritonclient/${script}`, running());
  });
});

test('a client that knows nothing but reflection calls the services', async () => {
  await expectAllCases('python', 'tritonclient/reflection.py', running());
});

test("KServe's REST and gRPC clients", async () => {
  await expectAllCases('kserve', 'kserve/clients.py', running());
});

describe('mlserver infer', () => {
  const rows = 12;
  const line = (index: number) => {
    const input = { datatype: 'INT32', shape: [1, 16] };
    const inputs = [
      { name: 'INPUT0', ...input, data: Array.from({ length: 16 }, (_, column) => index + column) },
      { name: 'INPUT1', ...input, data: Array.from({ length: 16 }, () => 1) },
    ];
    return JSON.stringify({ id: `line-${index}`, inputs });
  };

  interface Answer {
    readonly outputs: readonly { readonly name: string; readonly data: readonly number[] }[];
    readonly parameters: { readonly batch_index: number };
  }

  async function answersTo(flags: readonly string[]): Promise<Answer[]> {
    const folder = await mkdtemp(join(tmpdir(), 'mlserver-infer-'));
    try {
      const [asked, answered] = [join(folder, 'asked.jsonl'), join(folder, 'answered.jsonl')];
      await writeFile(asked, `${Array.from({ length: rows }, (_, index) => line(index)).join('\n')}\n`);
      const where = ['-u', new URL(running().url).host, '-m', 'simple', '-i', asked, '-o', answered];
      const options = { timeout: 120_000, env: { ...process.env, TQDM_DISABLE: '1' } };
      await promisify(execFile)(pythonProgram('mlserver', 'mlserver'), ['infer', ...where, ...flags], options);
      const lines = (await readFile(answered, 'utf8')).trim().split('\n');
      return lines.map((text) => JSON.parse(text) as Answer); // What the command documents.
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  test.each([
    ['one by one, in JSON', ['--workers', '4']],
    ['in batches of 5', ['--batch-size', '5']],
    ['with binary tensors', ['--binary-data']],
  ])('%s', async (_name, flags) => {
    const answers = await answersTo(flags);
    const sorted = answers.toSorted((left, right) => left.parameters.batch_index - right.parameters.batch_index);
    expect(sorted.map(({ outputs }) => outputs.find(({ name }) => name === 'OUTPUT0')?.data)).toEqual(
      Array.from({ length: rows }, (_, index) => Array.from({ length: 16 }, (_value, column) => index + column + 1)),
    );
  });
});

describe('perf_analyzer', () => {
  const clients = 4;
  const requests = 300;
  const measurement = ['-m', 'simple', '--concurrency-range', String(clients), '--request-count', String(requests)];
  const serverParts = ['Server Queue', 'Server Compute Input', 'Server Compute Infer', 'Server Compute Output'];

  test.each([
    ['HTTP', () => ['-i', 'http', '-u', new URL(running().url).host]],
    ['HTTP with JSON', () => ['-i', 'http', '-u', new URL(running().url).host, '--input-tensor-format', 'json']],
    ['gRPC', () => ['-i', 'grpc', '-u', running().grpcAddress]],
    ['a gRPC stream', () => ['-i', 'grpc', '-u', running().grpcAddress, '--streaming']],
  ])('measures over %s, and what it computes from our statistics is right', async (name, where) => {
    const { row, output } = await runPerfAnalyzer([...where(), ...measurement]);
    console.log(`${name}: ${JSON.stringify(row)}`);
    expect(row['Concurrency']).toBe(clients);
    expect(row['Inferences/Second']).toBeGreaterThan(1);
    // These are the differences of our statistics. It asks for them beside its requests, so that at either end those
    // which are answered meanwhile fall on one side of its count and the other side of ours.
    const counted = (title: string) => Number(new RegExp(`${title}: (\\d+)`).exec(output)?.[1]);
    const inferences = counted('Inference count');
    expect(Math.abs(inferences - requests)).toBeLessThanOrEqual(requests / 10);
    expect(counted('Successful request count')).toBe(inferences);
    expect(counted('Execution count')).toBeGreaterThanOrEqual((0.9 * requests) / clients);
    expect(counted('Execution count')).toBeLessThanOrEqual(inferences);
    // What the server says of its stages lies within what the client waited for.
    const serverUs = serverParts.reduce((sum, part) => sum + (row[part] ?? Number.NaN), 0);
    expect(serverUs).toBeGreaterThan(0);
    expect(serverUs).toBeLessThan(Number(/Avg latency: (\d+) usec/.exec(output)?.[1]));
  });
});
