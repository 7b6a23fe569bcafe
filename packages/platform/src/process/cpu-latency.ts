import { chmodSync, chownSync, closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { cpus } from 'node:os';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Logger } from '../log/log.ts';

/**
 * How long it may take to wake a core, as long as somebody says so. Whoever has written a number of microseconds into it
 * and keeps it open is heard; when it is closed, also by the end of the process, the word is taken back.
 * Source: Linux, Documentation/power/pm_qos_interface.rst.
 */
const devicePath = '/dev/cpu_dma_latency';

const idleDriverPath = '/sys/devices/system/cpu/cpuidle/current_driver';

/** Awake cores cost power, and a machine with more of them pays more for the same gain: there somebody has to ask for it. */
const coresMax = 16;

/** Every core can be woken so fast from its first sleep, in which it keeps its caches and uses much less power than awake. */
const firstSleepUs = 3;

/** When the cores are kept awake: `auto` on a machine of up to 16 cores whose device may be opened. */
export type CoresAwake = 'auto' | 'always' | 'never';

export interface CpuLatencyOptions {
  readonly setting: CoresAwake;
  readonly log: Logger;
  readonly device?: string;
  readonly idleDriver?: string;
  /** All cores of the machine, not only those that this process may use. */
  readonly cores?: number;
}

/** Says that cores have to wake at once, until the function that comes back is called. @throws Error of the file system */
export type HoldLatency = () => () => void;

/**
 * How this machine's cores are kept from deep sleep; null where they are left alone.
 * @throws ClusterError CONFIG_INVALID with `always`, where the device can't be opened
 */
export function cpuLatency(options: CpuLatencyOptions): HoldLatency | null {
  const { setting, log, device = devicePath, idleDriver = idleDriverPath, cores = cpus().length } = options;
  if (!isWanted(setting, cores)) return null;
  try {
    closeSync(openSync(device, 'r+'));
  } catch (error) {
    if (setting === 'always') throw notOpened(device, error);
    log.debug({ error, device }, 'cores sleep between requests: the device that keeps them awake cannot be opened');
    return null;
  }
  const latencyUs = Buffer.alloc(4);
  // Below a hypervisor the first sleep is to give the core back, from which it takes tens of microseconds to return.
  if (readIdleDriver(idleDriver) !== 'haltpoll') latencyUs.writeInt32LE(firstSleepUs);
  return () => hold(device, latencyUs);
}

/**
 * Under root, for a program that goes on as another user: its group may open the device from now on, until the machine
 * starts again. A device that somebody has already given to others is left as it is.
 * @returns whether the group was let in now. @throws Error of the file system, where the device belongs to root and stays so
 */
export function letIn(gid: number, setting: CoresAwake, { device = devicePath, cores = cpus().length } = {}): boolean {
  if (!isWanted(setting, cores) || !existsSync(device)) return false;
  const { uid, mode } = statSync(device);
  if (uid !== 0 || (mode & 0o777) !== 0o600) return false;
  chownSync(device, 0, gid);
  chmodSync(device, 0o660);
  return true;
}

function isWanted(setting: CoresAwake, cores: number): boolean {
  return setting === 'always' || (setting === 'auto' && cores <= coresMax);
}

function hold(device: string, latencyUs: Buffer): () => void {
  const descriptor = openSync(device, 'r+');
  try {
    writeSync(descriptor, latencyUs);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return () => closeSync(descriptor);
}

/** @returns an empty text where Linux has no driver for idle cores. */
function readIdleDriver(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function notOpened(device: string, cause: unknown): ClusterError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ClusterError(
    'CONFIG_INVALID',
    `admission.coresAwake is "always", and ${device} cannot be opened: ${why}`,
    {
      cause,
      fix: `let the user that runs the gateway write ${device} (a udev rule; --device in a container), or set it to "auto"`,
    },
  );
}
