import { collectorFlags } from '@cluster-ai/platform/process/collector-flags.ts';
import { boxScript, networkScript } from './box-script.ts';
import type { SystemPrograms } from './system-programs.ts';

/**
 * How far the system lets a runner be shut in: `box` has its own network, its own folder tree and no other process in
 * sight; `network` has the first of these, and may not look into processes of its user; `none` has what Node itself
 * refuses.
 */
export const confinementLevels = ['box', 'network', 'none'] as const;

export type ConfinementLevel = (typeof confinementLevels)[number];

export interface RunnerLimits {
  /** Memory that it may fill, bytes. */
  readonly memoryBytesMax: number;
  /** Threads for models. */
  readonly slots: number;
}

export interface LaunchOptions {
  readonly level: ConfinementLevel;
  readonly programs: SystemPrograms;
  /** An empty folder, in which the box is built; nothing is written to it. */
  readonly boxFolder: string;
  /** The program of Node itself. */
  readonly node: string;
  /** What Node runs. */
  readonly script: string;
  /** Folders with the code that it runs, without links in their paths. */
  readonly codeFolders: readonly string[];
  /** The folder with the models that it may read, without links in its path. */
  readonly modelsFolder: string;
  readonly limits: RunnerLimits;
}

export interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
}

/**
 * Writable space that Node and its threads set aside, mostly without filling it, bytes: measured at 600 MiB for a process
 * and 46 MiB a thread. Only what exceeds it is the models'.
 */
const nodeSpaceBytes = 1_024 * 2 ** 20;
const threadSpaceBytes = 64 * 2 ** 20;

/** Files and pipes that Node and the runner open for themselves; and for a slot: its pipe, and five that its thread has. */
const ownDescriptors = 64;
const slotDescriptors = 8;

/** Node's own threads, and what ONNX Runtime starts for a moment. */
const ownThreads = 64;

/** The command that starts a runner as shut in as `level` says. */
export function launchCommand(options: LaunchOptions): LaunchCommand {
  const [file = options.node, ...args] = [...limited(options), ...confined(options), ...nodeCommand(options)];
  return { file, args };
}

/**
 * Limits of the kernel. Memory beyond `--data` is refused when a model asks for it, which ONNX Runtime answers with an
 * error; no file can be made longer than nothing; no core is written.
 */
function limited({ programs, limits }: LaunchOptions): string[] {
  if (programs.prlimit === null) return [];
  const dataBytes = limits.memoryBytesMax + nodeSpaceBytes + limits.slots * threadSpaceBytes;
  const descriptors = ownDescriptors + limits.slots * slotDescriptors;
  return [programs.prlimit, `--data=${dataBytes}`, '--fsize=0', '--core=0', `--nofile=${descriptors}`, '--'];
}

/** Programs of the system that a level needs and that are not there. */
export function programsMissing(level: ConfinementLevel, programs: SystemPrograms): string[] {
  const needed = {
    none: [],
    network: ['unshare', 'setpriv', 'sh'],
    box: ['unshare', 'setpriv', 'sh', 'prlimit'],
  } as const;
  return needed[level].filter((name) => programs[name] === null);
}

/** @throws RangeError for a level that this system lacks a program for: a lesser one must not pass for it. */
function confined(options: LaunchOptions): string[] {
  const { level, programs, boxFolder, node, codeFolders, modelsFolder, limits } = options;
  const { unshare, setpriv, sh, prlimit } = programs;
  if (level === 'none') return [];
  if (unshare === null || setpriv === null || sh === null) throw lacking(options);
  const namespaces = [unshare, '--user', '--map-root-user', '--net'];
  if (level === 'network') {
    const drop = [setpriv, '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all', '--'];
    return [...namespaces, '--', sh, '-c', networkScript, 'network', ...drop];
  }
  if (prlimit === null) throw lacking(options);
  const shown = [node, ...codeFolders].flatMap((path) => ['program', path]);
  // From Linux 5.14 on the number of processes is counted anew in a user namespace: this is for the runner alone.
  const counted = [prlimit, `--nproc=${ownThreads + 2 * limits.slots}`, '--'];
  const built = [sh, '-c', boxScript, 'box', boxFolder, ...shown, 'data', modelsFolder, '--'];
  return [...namespaces, '--mount', '--', ...counted, ...built];
}

function lacking({ level, programs }: LaunchOptions): RangeError {
  return new RangeError(`level ${level} needs ${programsMissing(level, programs).join(', ')}`);
}

/** Node refuses its own code to write, to start programs and to read anything else. Native code is above that. */
function nodeCommand({ node, script, codeFolders, modelsFolder }: LaunchOptions): string[] {
  return [
    node,
    // It warns of the two permissions that a runner cannot be without.
    '--disable-warning=SecurityWarning',
    '--permission',
    '--allow-addons',
    '--allow-worker',
    // Threads that are about to wait collect what their runs have left.
    '--expose-gc',
    ...collectorFlags(),
    ...[...codeFolders, modelsFolder].map((folder) => `--allow-fs-read=${folder}`),
    script,
  ];
}
