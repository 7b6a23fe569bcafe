import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { embeddedPostgresBinaries } from '@cluster-ai/platform/postgres/embedded-binaries.ts';
import { ownCompileCache } from '@cluster-ai/platform/process/compile-cache.ts';
import { letIn } from '@cluster-ai/platform/process/cpu-latency.ts';
import { programFolder } from '../program-folder.ts';
import { linkClosedHome } from './closed-home.ts';
import { homePaths } from './home.ts';
import { assertNotRunning } from './lock.ts';
import { copyProgram } from './program-copy.ts';
import { programs } from './programs.ts';
import { embeddedDatabase } from './settings.ts';
import type { UpFlags, UpSettings } from './settings.ts';
import { createSystemUser, findSystemUser, mayUse } from './system-user.ts';
import type { SystemUser } from './system-user.ts';
import type { Terminal } from './terminal.ts';

/**
 * Under root: PostgreSQL refuses root, and models that somebody uploads must not run as it. Prepares the data folder for
 * a system user and becomes that user for good: this process is replaced by the same command, so none of root remains.
 * @throws ClusterError ALREADY_RUNNING, PREREQUISITE_MISSING, CONFIG_INVALID.
 */
export async function continueAsUser(settings: UpSettings, flags: UpFlags, terminal: Terminal): Promise<never> {
  const { user: name } = settings.up.value;
  let user = findSystemUser(name);
  if (user === null) {
    user = createSystemUser(name);
    terminal.line(`created the system user ${name}`);
  }
  await assertNotRunning(settings.home, user.uid);
  const home = giveHome(settings.home, user, terminal);
  // Its libraries are linked in node_modules, which may belong to root alone.
  if (settings.controlPlane.value.database.url === embeddedDatabase) embeddedPostgresBinaries();
  assertReadable(user, [flags.config, flags.modelRepository, ...tlsFiles(settings)]);
  const { folder, node } = runnableProgram(home, user, terminal);
  letKeepCoresAwake(settings, user, terminal);
  return become(user, home, [
    node,
    ...process.execArgv,
    join(folder, 'apps/cli/src/main.ts'),
    'up',
    ...argumentsOf(home, flags),
  ]);
}

/** A new or empty folder becomes the user's; one of somebody else is left alone. @returns the folder that holds the data. */
export function giveHome(named: string, user: SystemUser, terminal: Pick<Terminal, 'line'>): string {
  mkdirSync(dirname(named), { recursive: true, mode: 0o755 });
  if (!existsSync(named)) mkdirSync(named, { mode: 0o700 });
  const home = realpathSync(named);
  const { uid } = statSync(home);
  if (uid !== user.uid) {
    if (readdirSync(home).length > 0) {
      throw new ClusterError(
        'PREREQUISITE_MISSING',
        `the data folder ${home} belongs to user number ${uid}, not to ${user.name}`,
        {
          fix: `name its owner with --user, or hand it over: chown -R ${user.name} ${home}`,
        },
      );
    }
    chownSync(home, user.uid, user.gid);
    chmodSync(home, 0o700);
  }
  if (mayUse(user, { folders: [home] })) return home;
  const data = linkClosedHome(home, user);
  terminal.line(`the user ${user.name} cannot enter ${home}: its data is kept in ${data}, and ${home} is a link to it`);
  return data;
}

/** What the gateway may do as root, it shall be able to do as this user, too: the cores of the machine stay awake for it. */
function letKeepCoresAwake({ gateway }: UpSettings, user: SystemUser, terminal: Terminal): void {
  const { coresAwake } = gateway.value.admission;
  try {
    if (!letIn(user.gid, coresAwake)) return;
    terminal.line(
      `the user ${user.name} may keep the cores awake while requests follow closely (/dev/cpu_dma_latency; admission.coresAwake)`,
    );
  } catch (error) {
    terminal.line(
      `the user ${user.name} cannot keep the cores awake: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function tlsFiles({ controlPlane, gateway }: UpSettings): (string | undefined)[] {
  return [controlPlane, gateway].flatMap(({ value }) => [value.http.tls.certFile, value.http.tls.keyFile]);
}

function assertReadable(user: SystemUser, paths: readonly (string | undefined)[]): void {
  for (const path of paths) {
    if (path === undefined || !existsSync(path) || mayUse(user, { files: [realpathSync(path)] })) continue;
    throw new ClusterError('PREREQUISITE_MISSING', `the user ${user.name} cannot read ${path}`, {
      fix: `move it to a folder that others may enter, or make it readable (chmod o+rx)`,
    });
  }
}

/** This program where the user can run it: where it is, or a copy in the data folder. */
function runnableProgram(home: string, user: SystemUser, terminal: Terminal): { folder: string; node: string } {
  const files = [
    programs.cli,
    programs.gateway,
    join(programFolder, 'node_modules/pg/package.json'),
    join(programFolder, 'packages/core/package.json'),
  ];
  if (mayUse(user, { files, programs: [process.execPath] })) return { folder: programFolder, node: process.execPath };
  const beganMs = performance.now();
  const copy = copyProgram(programFolder, homePaths(home).program);
  if (copy.isNew) {
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1);
    terminal.line(
      `the user ${user.name} cannot read ${programFolder}: it runs from a copy in ${copy.folder} (${megabytes(copy.linkedBytes)} MB as links, ${megabytes(copy.copiedBytes)} MB copied, ${seconds} s)`,
    );
  }
  return copy;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

/** The same flags again, with the folder that root chose. Paths were made absolute when they were read. */
function argumentsOf(home: string, flags: UpFlags): string[] {
  const named: Record<string, string | undefined> = {
    '--config': flags.config,
    '--host': flags.host,
    '--tls-cert': flags.tlsCert,
    '--tls-key': flags.tlsKey,
    '--public-url': flags.publicUrl,
    '--port': flags.port,
    '--gateway-port': flags.gatewayPort,
    '--grpc-port': flags.grpcPort,
    '--as': flags.as,
    '--metrics-port': flags.metricsPort,
    '--gateways': flags.gateways,
    '--model-repository': flags.modelRepository,
    '--database-url': flags.databaseUrl,
  };
  return [
    '--home',
    home,
    ...Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [name, value])),
    ...(flags.examples === false ? ['--no-examples'] : []),
    ...(flags.verbose === true ? ['--verbose'] : []),
  ];
}

function become(user: SystemUser, home: string, command: readonly string[]): never {
  const [file] = command;
  if (
    process.setgroups === undefined ||
    process.setgid === undefined ||
    process.setuid === undefined ||
    process.execve === undefined ||
    file === undefined
  ) {
    throw new ClusterError('PREREQUISITE_MISSING', 'this system cannot change the user of a process', {
      fix: 'start it as an ordinary user',
    });
  }
  // The folder that root stood in may be closed to the user.
  process.chdir(home);
  process.setgroups([...user.groups]);
  process.setgid(user.gid);
  process.setuid(user.uid);
  const dropped = /^(SUDO_.*|XDG_.*|MAIL|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|CLUSTER_AI_UP_USER)$/;
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.test(name)));
  const cache = ownCompileCache(process.env, user.uid, homePaths(home).cache);
  const own = { HOME: home, USER: user.name, LOGNAME: user.name, PWD: home, NODE_COMPILE_CACHE: cache };
  return process.execve(file, command, { ...kept, ...own });
}
