import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { collectorFlags } from '@cluster-ai/platform/process/collector-flags.ts';
import { homePaths } from './home.ts';
import { nodeProgram } from './node-program.ts';

const home = mkdtempSync(join(tmpdir(), 'cluster-ai-node-program-'));
const { run } = homePaths(home);
mkdirSync(run, { recursive: true });
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

test('a program starts with its settings in a closed file, the flags for its cores, and no setting in its environment', async () => {
  vi.stubEnv('CLUSTER_AI_TOKEN', 'secret');
  vi.stubEnv('DATABASE_URL_FILE', '/secret');
  const main = join(home, 'main.js');
  writeFileSync(main, 'console.log(JSON.stringify([process.execArgv, process.argv.slice(2), process.env]))');
  const output: Buffer[] = [];
  const program = nodeProgram({
    name: 'gateway',
    main,
    home,
    config: { http: { port: 1 } },
    settings: [],
    readyUrl: 'http://127.0.0.1:1',
    startTimeoutMs: 1_000,
    stopTimeoutMs: 1_000,
    onOutput: (chunk) => output.push(chunk),
  });
  const child = await program.start();
  await expect.poll(() => child.hasExited(), { timeout: 10_000 }).toBe(true);
  await expect.poll(() => Buffer.concat(output).toString()).toMatch(/\n$/);
  const printed = JSON.parse(Buffer.concat(output).toString()) as [string[], string[], Record<string, string>];
  const [flags, args, environment] = printed;
  expect(flags).toEqual([...process.execArgv, ...collectorFlags()]);
  const [, file = ''] = args;
  expect(args).toEqual(['--config', join(run, 'gateway.yaml'), '--config-origins', join(run, 'gateway.origins.json')]);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ http: { port: 1 } });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(environment).not.toHaveProperty('CLUSTER_AI_TOKEN');
  expect(environment).not.toHaveProperty('DATABASE_URL_FILE');
});
