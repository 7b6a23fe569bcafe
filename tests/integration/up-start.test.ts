import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonProgram } from '../conformance/open-inference/run-python-cases.ts';
import { documentedExamples } from '../documented-examples.ts';
import { processesOf } from '../drills/processes.ts';
import { freePort, repository, startPlatform, until } from '../start-platform.ts';
import type { Platform } from '../start-platform.ts';

const main = join(repository, 'apps/cli/src/main.ts');

describe('a first start', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await startPlatform();
    await until('the announcement', 120_000, () => platform.output().includes('Stop with'));
  });
  afterAll(() => platform.stop());

  test('prints a prediction command that works as pasted', async () => {
    const command = /^\s*(curl .*)$/m.exec(platform.output())?.[1];
    expect(command).toContain('/v2/models/iris/infer');
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command ?? 'false']);
    const answer = JSON.parse(stdout) as { outputs: { name: string; data: number[] }[] };
    // A setosa, with hardly a doubt.
    expect(answer.outputs.find(({ name }) => name === 'probabilities')?.data[0]).toBeGreaterThan(0.9);
    console.log(/Cluster AI is ready after .*/.exec(platform.output())?.[0]);
  });

  test('the examples for people who come from other servers print what their page says', async () => {
    const page = await readFile(join(repository, 'docs/guides/other-servers.md'), 'utf8');
    const examples = documentedExamples(page);
    expect(examples.map(({ language }) => language)).toEqual(['python', 'python', 'sh', 'sh']);
    const printed = await Promise.all(
      examples.map(async ({ language, code }) => {
        const { gateway, grpc } = platform.ports;
        const here = code.replaceAll('localhost:8000', `localhost:${gateway}`).replaceAll(':8001', `:${grpc}`);
        const python = pythonProgram(here.includes('from kserve') ? 'kserve' : 'python', 'python');
        const program = language === 'python' ? python : '/bin/sh';
        const { stdout } = await promisify(execFile)(program, ['-c', here], { timeout: 120_000 });
        return stdout.endsWith('\n') ? stdout : `${stdout}\n`;
      }),
    );
    expect(printed).toEqual(examples.map(({ output }) => output));
  });

  test('runs nothing as root, and keeps data and tokens to its user', async () => {
    const running = processesOf(platform.home);
    expect(running.length).toBeGreaterThan(4);
    for (const { pid } of running) expect((await stat(`/proc/${pid}`)).uid).not.toBe(0);
    expect((await stat(platform.home)).mode & 0o777).toBe(0o700);
    const secret = ['admin-token', 'gateway-token', 'run/state.json', 'run/control-plane.yaml', 'postgres/password'];
    const modes = await Promise.all(
      secret.map(async (file) => [file, (await stat(join(platform.home, file))).mode & 0o777]),
    );
    expect(modes).toEqual(secret.map((file) => [file, 0o600]));
  });

  test('shows no secret on the terminal or in a process list', async () => {
    const secrets = await Promise.all(
      ['admin-token', 'gateway-token', 'postgres/password'].map((file) => readFile(join(platform.home, file), 'utf8')),
    );
    const commands = processesOf(platform.home)
      .map(({ command }) => command)
      .join('\n');
    for (const secret of secrets.map((text) => text.trim())) {
      expect(secret.length).toBeGreaterThan(30);
      expect(platform.output()).not.toContain(secret);
      expect(commands).not.toContain(secret);
    }
  });

  test('the database has no port and knows no user without a password', async () => {
    const settings = await readFile(join(platform.home, 'postgres/data/pg_hba.conf'), 'utf8');
    expect(settings.split('\n').filter((line) => /^[a-z]/.test(line) && !line.includes('scram-sha-256'))).toEqual([]);
    const postmaster = await readFile(join(platform.home, 'postgres/data/postmaster.pid'), 'utf8');
    expect(postmaster.split('\n')[5]).toBe('');
  });

  test('a second one says who runs already, and changes nothing', () => {
    const result = spawnSync(process.execPath, [main, 'up', '--home', platform.home], { encoding: 'utf8' });
    expect(result.status).toBe(3);
    expect(result.stderr).toContain(
      `error: already running, pid ${platform.supervisor.pid}, http://localhost:${platform.ports.control}`,
    );
  });

  test('SIGINT stops gateway, control plane and database in this order, with code 0, and leaves nothing', async () => {
    platform.supervisor.kill('SIGINT');
    await until('the end', 60_000, () => platform.supervisor.exitCode !== null);
    expect(platform.supervisor.exitCode).toBe(0);
    expect(platform.output()).toContain('stopping (SIGINT): gateway, control plane, database');
    const ends = await Promise.all(
      ['gateway', 'control-plane'].map(async (name) =>
        lastTime(await readFile(join(platform.home, `logs/${name}.log`), 'utf8')),
      ),
    );
    expect(ends).toEqual(ends.toSorted());
    expect(await readFile(join(platform.home, 'logs/postgres.log'), 'utf8')).toMatch(
      /database system is shut down\s*$/,
    );
    expect(processesOf(platform.home)).toEqual([]);
    await expect(stat(join(platform.home, 'run/state.json'))).rejects.toThrow('ENOENT');
    await expect(stat(join(platform.home, 'run/lock'))).rejects.toThrow('ENOENT');
  });
});

function lastTime(log: string): string {
  const line = log.trim().split('\n').at(-1) ?? '';
  const { message, time } = JSON.parse(line) as { message: string; time: string };
  expect(message).toBe('stopped');
  return time;
}

describe('what is refused before anything starts', () => {
  let folder: string;
  let home: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-ai-up-'));
    // The user that root changes to must be able to pass.
    execFileSync('chmod', ['o+x', folder]);
    home = join(folder, 'home');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function up(...flags: string[]) {
    const ports = {
      '--port': await freePort(),
      '--gateway-port': await freePort(),
      '--grpc-port': await freePort(),
      '--metrics-port': await freePort(),
    };
    const chosen = Object.entries(ports).flatMap(([flag, port]) => (flags.includes(flag) ? [] : [flag, String(port)]));
    const result = spawnSync(process.execPath, [main, 'up', '--home', home, ...chosen, ...flags], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(processesOf(home)).toEqual([]);
    return result;
  }

  test('a taken port, with the port and the flag', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await until('the other program listens', 5_000, () => server.listening);
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const result = await up('--gateway-port', String(port));
    server.close();
    expect(result.status).toBe(3);
    expect(result.stderr).toContain(`error: port ${port} for predictions is taken by another program`);
    expect(result.stderr).toContain(
      'fix: stop what listens there, or choose another port with --gateway-port (setting http.port of the gateway)',
    );
  });

  test('one port for two things', async () => {
    const port = String(await freePort());
    const result = await up('--port', port, '--metrics-port', port);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(
      `port ${port} is set for dashboard and API (--port) and for metrics (--metrics-port)`,
    );
  });

  test('another address than loopback without TLS, with the two ways out', async () => {
    const result = await up('--host', '0.0.0.0');
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(
      '--host: http.host is 0.0.0.0, which other machines can reach, and this listener has no TLS: set http.tls.certFile and http.tls.keyFile, or, where a proxy ends TLS in front of it, set http.plaintext to allowed',
    );
  });

  test('a setting that does not exist, with the nearest one', async () => {
    const file = join(folder, 'settings.yaml');
    await writeFile(file, 'gateway:\n  http:\n    prot: 8000\n');
    const result = await up('--config', file);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(`${file}:3: unknown setting http.prot; did you mean http.port?`);
  });

  test('a folder that holds something else, which stays as it is', async () => {
    const foreign = join(folder, 'photos');
    await mkdir(foreign, { mode: 0o755 });
    await writeFile(join(foreign, 'holiday.jpg'), 'x');
    const before = await stat(foreign);
    const result = await up('--home', foreign);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/holds other files \(holiday.jpg\)|belongs to user number/);
    const after = await stat(foreign);
    expect([after.uid, after.mode]).toEqual([before.uid, before.mode]);
  });
});
