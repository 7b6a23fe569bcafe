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
  const measurement = ['-m', 'simple', '--concurrency-range', '1:4:3', '--request-count', '200'];
  const columns = ['Concurrency', 'Inferences/Second', 'Server Queue', 'Server Compute Infer', 'p99 latency'];

  test.each([
    ['HTTP', () => ['-i', 'http', '-u', new URL(running().url).host]],
    ['gRPC', () => ['-i', 'grpc', '-u', running().grpcAddress]],
    ['a gRPC stream', () => ['-i', 'grpc', '-u', running().grpcAddress, '--streaming']],
  ])('measures over %s', async (name, where) => {
    const { rows, output } = await runPerfAnalyzer([...where(), ...measurement, '--shape', 'INPUT0:1,16']);
    console.log(
      `${name}: ${rows.map((row) => columns.map((column) => `${column} ${row[column]}`).join(', ')).join('; ')}`,
    );
    expect(output).not.toMatch(/error/i);
    expect(rows.map((row) => row['Concurrency'])).toEqual([1, 4]);
    for (const row of rows) {
      expect(row['Inferences/Second']).toBeGreaterThan(1);
      // Its breakdown is computed from our statistics: what the server says it took lies within what the client saw.
      const parts = ['Server Queue', 'Server Compute Input', 'Server Compute Infer', 'Server Compute Output'];
      const serverUs = parts.reduce((sum, part) => sum + (row[part] ?? Number.NaN), 0);
      expect(serverUs).toBeGreaterThan(0);
      expect(serverUs).toBeLessThan((row['Avg latency'] ?? row['p99 latency'] ?? 0) * 1.5);
    }
  });
});
