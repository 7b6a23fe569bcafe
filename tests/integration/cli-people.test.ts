import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { completeSetup } from '@cluster-ai/contract/api/session.ts';
import { acceptInvitation } from '@cluster-ai/contract/api/users.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../run-cli.ts';
import type { CliResult } from '../run-cli.ts';
import { repository, startPlatform, until } from '../start-platform.ts';
import type { Platform } from '../start-platform.ts';

const main = join(repository, 'apps/cli/src/main.ts');
const iris = join(repository, 'models/iris/1/model.onnx');
const password = 'a long enough passphrase';

let platform: Platform;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-people-'));
  platform = await startPlatform({ examples: false });
  await cli(platform, 'model', 'push', 'iris', iris);
});
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The environment of somebody on another machine: a folder of their own, and no data folder. */
function machineOf(person: string): NodeJS.ProcessEnv {
  const home = join(folder, person);
  return { PATH: process.env['PATH'], HOME: home, XDG_CONFIG_HOME: home, CLUSTER_AI_HOME: join(home, 'none') };
}

function run(person: string, words: readonly string[], input = ''): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...words], { env: machineOf(person) }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

async function works(person: string, words: readonly string[], input = ''): Promise<CliResult> {
  const result = await run(person, words, input);
  expect(result).toMatchObject({ code: 0 });
  return result;
}

const logIn = (person: string, typed = `${password}\n`) =>
  run(person, ['login', '--server', platform.controlUrl, '--email', person, '--password-stdin'], typed);

/** What stands behind the `#` of a link. */
const tokenOf = (link: string) => new URL(link.trim()).hash.replace(/^#\w+=/, '');

/** Uses a one-time link, as its page does. */
async function accept(link: string, name: string): Promise<void> {
  const client = { baseUrl: platform.controlUrl, timeoutMs: 30_000 };
  await callEndpoint(client, acceptInvitation, { body: { token: tokenOf(link), name, password } });
}

test('the first administrator, made with a code, signs in with a password and gets a key', async () => {
  const link = await cli(platform, 'user', 'setup-code');
  const client = { baseUrl: platform.controlUrl, timeoutMs: 30_000 };
  const body = { code: tokenOf(link), name: 'Root', email: 'root@example.com', password };
  await callEndpoint(client, completeSetup, { body });

  const wrong = await logIn('root@example.com', 'not the password\n');
  expect([wrong.code, wrong.stdout]).toEqual([5, '']);
  const { stdout } = await logIn('root@example.com');
  expect(stdout).toContain(`logged in to ${platform.controlUrl} as`);
  const who = await works('root@example.com', ['whoami', '-o', 'json']);
  expect(JSON.parse(who.stdout)).toMatchObject({ server: platform.controlUrl, role: 'admin', via: 'key' });
  const keys = JSON.parse((await works('root@example.com', ['key', 'list', '-o', 'json'])).stdout) as unknown[];
  expect(keys).toEqual([expect.objectContaining({ name: `cli@${hostname()}`, state: 'active' })]);
  const stored = await readFile(join(folder, 'root@example.com/cluster-ai/login.json'), 'utf8');
  expect(stored).not.toContain(password);
});

test('an invited operator signs in at a terminal, which does not show the password', async () => {
  const { stdout } = await works('root@example.com', ['user', 'invite', 'ana@example.com', '--role', 'operator']);
  await accept(stdout, 'Ana');
  const login = `${process.execPath} ${main} login --server ${platform.controlUrl} --email ana@example.com`;
  const terminal = spawn('script', ['--quiet', '--flush', '--return', '--command', login, '/dev/null'], {
    env: machineOf('ana@example.com'),
  });
  let screen = '';
  terminal.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()));
  const ended = once(terminal, 'exit');
  await until('the password is asked for', 30_000, () => screen.includes('password of ana@example.com: '));
  terminal.stdin.write(`${password}\r`);
  const [code] = (await ended) as [number];
  expect([code, screen]).toEqual([0, expect.stringContaining('logged in to')]);
  expect(screen).not.toContain(password);
  expect((await works('ana@example.com', ['whoami'])).stdout).toMatch(/role\s+operator/);
});

test('a key predicts with the command that came with it, until it is revoked', async () => {
  const words = ['key', 'create', 'ci', '--action', 'infer', '--model', 'iri*', '--expires', '1d', '-o', 'json'];
  const made = JSON.parse((await works('ana@example.com', words)).stdout) as { secret: string; curl: string };
  const predict = (key: string) =>
    new Promise<string>((resolve) => {
      const child = execFile('sh', ['-c', `${made.curl} -s`], { env: { ...process.env, KEY: key } }, (_error, stdout) =>
        resolve(stdout),
      );
      child.stdin?.end();
    });
  await until('the gateway knows the key', 30_000, async () => (await predict(made.secret)).includes('"outputs"'));
  expect(JSON.parse(await predict(made.secret))).toMatchObject({ model_name: 'iris' });
  expect((await works('ana@example.com', ['key', 'revoke', 'ci'])).stdout).toMatch(/^revoked ci /);
  const tookMs = await until('the gateway refuses the key', 2_000, async () =>
    (await predict(made.secret)).includes('"error"'),
  );
  process.stdout.write(`a revoked key was refused after ${tookMs.toFixed(0)} ms\n`);
});

test('nobody gives away more than they have, and the error says what to do', async () => {
  const more = await run('ana@example.com', ['key', 'create', 'boss', '--action', 'admin', '--expires', '1d']);
  expect([more.code, more.stdout]).toEqual([5, '']);
  const longer = await run('ana@example.com', ['key', 'create', 'forever']);
  expect([longer.code, longer.stderr]).toEqual([
    5,
    expect.stringMatching(
      /fix: add --expires .*, or sign in for longer: cluster-ai login --server http\S+ --expires never/,
    ),
  ]);
  const invite = await run('ana@example.com', ['user', 'invite', 'eve@example.com']);
  expect([invite.code, invite.stderr]).toEqual([5, expect.stringContaining('request: ')]);
});

test('a viewer signs in without a key, reads, and may not write', async () => {
  const { stdout } = await works('root@example.com', ['user', 'invite', 'vera@example.com']);
  await accept(stdout, 'Vera');
  expect(await logIn('vera@example.com')).toMatchObject({ code: 0 });
  expect((await works('vera@example.com', ['whoami'])).stdout).toMatch(/who\s+Vera <vera@example.com>\nrole\s+viewer/);
  expect((await works('vera@example.com', ['model', 'list'])).stdout).toContain('iris');
  expect((await run('vera@example.com', ['model', 'delete', 'iris', '--yes'])).code).toBe(5);
  expect((await works('vera@example.com', ['logout'])).stdout).toContain('the session has ended');
});

test('people change: role, disabled, enabled, a new link, deleted', async () => {
  const admin = (...words: string[]) => works('root@example.com', ['user', ...words]);
  expect((await admin('role', 'vera@example.com', 'operator')).stdout).toContain('vera@example.com is operator');
  await admin('disable', 'vera@example.com');
  expect((await logIn('vera@example.com')).code).toBe(5);
  await admin('enable', 'vera@example.com');
  expect((await logIn('vera@example.com')).code).toBe(0);
  await accept((await admin('link', 'vera@example.com')).stdout, 'Vera');
  await admin('delete', 'vera@example.com', '--yes');
  expect((await admin('list')).stdout).not.toContain('vera@example.com');
  expect((await run('vera@example.com', ['whoami'])).code).toBe(5);
});

test('people change their own password', async () => {
  const other = 'another long passphrase';
  const changing = ['user', 'password', 'ana@example.com', '--password-stdin'];
  const wrong = await run('ana@example.com', changing, `not it\n${other}\n`);
  expect(wrong.code).toBe(5);
  await works('ana@example.com', changing, `${password}\n${other}\n`);
  expect((await logIn('ana@example.com')).code).toBe(5);
  expect((await logIn('ana@example.com', other)).code).toBe(0);
});

test('logout revokes the key', async () => {
  expect((await works('ana@example.com', ['logout'])).stdout).toMatch(/key cli@\S+ \(\S+\) has ended/);
  const keys = JSON.parse((await works('root@example.com', ['key', 'list', '--all', '-o', 'json'])).stdout) as {
    createdBy: string;
    state: string;
  }[];
  expect(keys.filter(({ state }) => state === 'active')).toHaveLength(1);
});
