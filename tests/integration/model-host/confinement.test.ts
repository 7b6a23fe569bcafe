import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { confineRunners, type Confinement } from '@cluster-ai/gateway/confinement/confinement.ts';
import { launchCommand } from '@cluster-ai/gateway/confinement/launch-command.ts';
import { findSystemPrograms } from '@cluster-ai/gateway/confinement/system-programs.ts';
import { runnerEnvironment } from '@cluster-ai/gateway/confinement/runner-environment.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { repository } from '../../start-platform.ts';
import { attempts } from './attempts.ts';

const memoryBytesMax = 512 * 2 ** 20;

let home = '';
let confinement: Confinement;
const servers: Server[] = [];

beforeAll(async () => {
  home = await realpath(await mkdtemp(path.join(tmpdir(), 'cluster-ai-confinement-')));
  const modelsFolder = path.join(home, 'models');
  await mkdir(path.join(modelsFolder, 'one'), { recursive: true });
  await writeFile(path.join(modelsFolder, 'one/model.txt'), 'a model');
  await writeFile(path.join(home, 'admin-token'), 'cai_admin_secret');
  await writeFile(path.join(modelsFolder, 'attempts.cjs'), `(${attempts.toString()})()`);
  const log = new MemoryLog();
  confinement = await confineRunners({ home, modelsFolder, memoryBytesMax, wanted: 'as-allowed', log });
});

afterAll(async () => {
  for (const server of servers) server.close();
  await rm(home, { recursive: true, force: true });
});

/** Runs the attempts as a runner is run. @param withoutNode leaves out what Node itself refuses: native code is not asked. */
async function said(withoutNode: boolean): Promise<Record<string, string>> {
  const [address, socket] = await Promise.all([listen('127.0.0.1:0'), listen(path.join(home, 'database.sock'))]);
  const { file, args } = confinement.commandFor(path.join(home, 'models/attempts.cjs'), 2);
  const asked = withoutNode ? args.filter((arg) => !/^--(permission|allow-)/.test(arg)) : args;
  const given = [address, path.join(home, 'admin-token'), socket, path.join(home, 'models/one'), repository];
  const { stdout } = await promisify(execFile)(file, [...asked, ...given, String(process.pid), tmpdir()], {
    cwd: '/',
    env: runnerEnvironment(),
    timeout: 30_000,
  });
  // The script prints one object of texts.
  return JSON.parse(stdout) as Record<string, string>;
}

async function listen(where: string): Promise<string> {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await rm(where, { force: true });
  await new Promise<void>(
    (resolve) => void server.listen(where.startsWith('/') ? where : { host: '127.0.0.1', port: 0 }, resolve),
  );
  const address = server.address();
  return address === null || typeof address === 'string' ? where : `127.0.0.1:${address.port}`;
}

const variables = 'GLIBC_TUNABLES MALLOC_ARENA_MAX MALLOC_MMAP_THRESHOLD_ MALLOC_TRIM_THRESHOLD_ ORT_DISABLE_TELEMETRY';

it('is as strong as this system allows, and says what it lacks', () => {
  console.log(`level ${confinement.level}: ${confinement.report.active.join(', ')}`);
  for (const { protection, why } of confinement.report.missing) console.log(`without ${protection}: ${why}`);
  expect(confinement.report.active).toContain('no environment');
  // A gateway goes on with less; what is shown here cannot be shown without.
  expect(
    confinement.report,
    'these tests need util-linux and user namespaces for this user: docs/guides/isolation.md',
  ).toMatchObject({ level: 'box', memoryBytesMax, missing: [] });
});

it.each(['box', 'network'] as const)(
  'on level %s there is no way back to capabilities by a namespace of its own',
  async (level) => {
    const programs = findSystemPrograms();
    const unshare = programs.unshare ?? '';
    const modelsFolder = path.join(home, 'models');
    const boxFolder = path.join(home, 'runner-box');
    const limits = { memoryBytesMax, slots: 1 };
    // In the place of Node stands a program that asks for one; Node's own flags are not for it.
    const command = { node: unshare, script: '', codeFolders: [] };
    const { file, args } = launchCommand({ level, programs, boxFolder, modelsFolder, limits, ...command });
    const asked = [...args.slice(0, args.lastIndexOf(unshare) + 1), '--user', unshare, '--version'];
    await expect(promisify(execFile)(file, asked, { cwd: '/', timeout: 30_000 })).rejects.toMatchObject({
      stderr: expect.stringContaining('No space left on device'),
    });
  },
);

it('refuses JavaScript what a runner has no use for', async () => {
  const answers = await said(false);
  expect(answers).toMatchObject({
    environment: variables,
    'read its model': 'done: a model',
    'read a secret of the gateway': 'ERR_ACCESS_DENIED',
    'write beside its model': 'ERR_ACCESS_DENIED',
    'remove its model': 'ERR_ACCESS_DENIED',
    'write to the program': 'ERR_ACCESS_DENIED',
    'write to a folder of everybody': 'ERR_ACCESS_DENIED',
    'start a shell': 'ERR_ACCESS_DENIED',
    'read the environment of the gateway': 'ERR_ACCESS_DENIED',
  });
});

it('keeps native code, which Node does not hold, from everything outside', async () => {
  const answers = await said(true);
  expect(answers).toMatchObject({
    environment: variables,
    network: '',
    'read its model': 'done: a model',
    'read a secret of the gateway': 'ENOENT',
    'write beside its model': 'EROFS',
    'remove its model': 'EROFS',
    'write to the program': 'EROFS',
    'start a shell': 'ENOENT',
    'read the environment of the gateway': 'ENOENT',
    'read the memory of the gateway': 'ENOENT',
    'list processes': 'done: 0',
    'read /etc/passwd': 'ENOENT',
    "call the database's socket": 'ENOENT',
    status: 'CapEff:\t0000000000000000 CapBnd:\t0000000000000000 NoNewPrivs:\t1',
  });
  expect(answers['write to a folder of everybody']).toMatch(/^(ENOENT|EROFS)$/);
  expect(answers['make a folder']).toMatch(/^(ENOENT|EROFS)$/);
  expect(answers['call a listener of this machine']).toMatch(/^(ENETUNREACH|ECONNREFUSED|EADDRNOTAVAIL|TIMEOUT)$/);
  expect(answers['limits']).toMatch(/^Max file size +0 /m);
  expect(answers['limits']).toMatch(/^Max core file size +0 /m);
  expect(answers['limits']).toMatch(/^Max data size +\d+ /m);
});
