import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A folder on a file system of its own, of limited size. */
export interface LimitedDisk {
  readonly folder: string;
  /** Takes all of its free space. */
  fill(): void;
  /** Whether a mebibyte more does not fit. */
  isFull(): boolean;
  /** Gives it back. */
  clear(): void;
  remove(): void;
}

/** Only root may mount, or who becomes root without a password; elsewhere the drills go without full disks and say so. */
export function canLimitDisks(): boolean {
  if (process.platform !== 'linux') return false;
  return process.getuid?.() === 0 || spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
}

/** Mounts a tmpfs of this size on the folder. @throws Error where nothing may be mounted. */
export function limitDisk(folder: string, sizeMegabytes: number): LimitedDisk {
  mkdirSync(folder, { recursive: true });
  asRoot(
    'mount',
    '-t',
    'tmpfs',
    '-o',
    `size=${sizeMegabytes}m,mode=0755,uid=${process.getuid?.() ?? 0}`,
    'tmpfs',
    folder,
  );
  const filler = join(folder, '.filler');
  return {
    folder,
    fill: () => fillWith(filler, folder),
    isFull: () => isFull(folder),
    clear: () => rmSync(filler, { force: true }),
    remove: () => asRoot('umount', '-l', folder),
  };
}

function asRoot(...command: readonly string[]): void {
  const [program = '', ...args] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Left to be written page by page: others write, too, while most of the space is taken at once. */
const writtenBytes = 2 ** 20;

function fillWith(filler: string, folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const bytes = bavail * bsize - writtenBytes;
  if (bytes > 0) execFileSync('fallocate', ['-l', String(bytes), filler], { stdio: 'ignore' });
  writeToTheLast(filler);
}

function isFull(folder: string): boolean {
  const probe = join(folder, '.probe');
  try {
    writeFileSync(probe, new Uint8Array(writtenBytes));
    return false;
  } catch (error) {
    if (!isOutOfSpace(error)) throw error;
    return true;
  } finally {
    rmSync(probe, { force: true });
  }
}

function isOutOfSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}

function writeToTheLast(filler: string): void {
  const file = openSync(filler, 'a');
  const page = Buffer.alloc(4_096);
  try {
    for (;;) writeSync(file, page);
  } catch (error) {
    if (!isOutOfSpace(error)) throw error;
  } finally {
    closeSync(file);
  }
}
