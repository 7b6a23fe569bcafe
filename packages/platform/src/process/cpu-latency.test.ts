import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cpuLatency, letIn, type CoresAwake } from './cpu-latency.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cpu-latency-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const log = new MemoryLog();

/** A file stands for the device: what was written stays to be read. */
function setUp(
  setting: CoresAwake,
  { cores = 2, driver = 'haltpoll', hasDevice = true } = {},
): {
  readonly hold: ReturnType<typeof cpuLatency>;
  readonly written: () => Buffer;
  readonly isOpen: () => boolean;
} {
  const device = join(folder, 'cpu_dma_latency');
  const idleDriver = join(folder, 'current_driver');
  if (hasDevice) writeFileSync(device, '');
  writeFileSync(idleDriver, `${driver}\n`);
  return {
    hold: cpuLatency({ setting, log, device, idleDriver, cores }),
    written: () => readFileSync(device),
    isOpen: () => openFiles().includes(device),
  };
}

function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      // The one that lists the folder is closed by now.
      return [];
    }
  });
}

test('below a hypervisor no wait is borne, for as long as it is held', () => {
  const { hold, written, isOpen } = setUp('auto');
  expect([written().length, isOpen()]).toEqual([0, false]);
  const release = hold?.();
  expect([written().readInt32LE(), written().length, isOpen()]).toEqual([0, 4, true]);
  release?.();
  expect(isOpen()).toBe(false);
});

test('on a machine of its own, cores may fall into their first sleep', () => {
  const { hold, written } = setUp('auto', { driver: 'intel_idle' });
  hold?.()();
  expect(written().readInt32LE()).toBe(3);
});

test('auto leaves a machine of many cores alone, and one whose device is not there', () => {
  expect(setUp('auto', { cores: 16 }).hold).not.toBeNull();
  expect(setUp('auto', { cores: 17 }).hold).toBeNull();
  expect(setUp('always', { cores: 17 }).hold).not.toBeNull();
  rmSync(join(folder, 'cpu_dma_latency'));
  expect(setUp('auto', { hasDevice: false }).hold).toBeNull();
  expect(setUp('never').hold).toBeNull();
});

test('always says what is missing and what to do', () => {
  expect(() => setUp('always', { hasDevice: false })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /admission\.coresAwake is "always", and .*cpu_dma_latency cannot be opened: ENOENT/,
      ) as string,
      fix: expect.stringContaining('set it to "auto"') as string,
    }),
  );
});

test('a group is let in only to what is closed to everybody but root, and only where it is wanted', () => {
  const device = join(folder, 'cpu_dma_latency');
  const lent = (setting: CoresAwake, mode: number, cores = 2): [boolean, string] => {
    writeFileSync(device, '');
    chmodSync(device, mode);
    const isLent = letIn(process.getgid?.() ?? 0, setting, { device, cores });
    return [isLent, (statSync(device).mode & 0o777).toString(8)];
  };
  const isRoot = process.getuid?.() === 0;
  // The file of another user is left alone, too.
  expect(lent('auto', 0o600)).toEqual(isRoot ? [true, '660'] : [false, '600']);
  expect(lent('auto', 0o640)).toEqual([false, '640']);
  expect(lent('auto', 0o600, 17)).toEqual([false, '600']);
  expect(lent('never', 0o600)).toEqual([false, '600']);
  rmSync(device);
  expect(letIn(0, 'always', { device })).toBe(false);
});
