import { fstatSync, readdirSync, readSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScratchFile, type ScratchRegion } from './scratch-file.ts';

const regionBytes = 32 * 2 ** 20;
let folder = '';
let file: ScratchFile;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cluster-ai-scratch-'));
  const opened = ScratchFile.open(2, folder);
  if (opened === null) throw new Error('a file could not be made');
  file = opened;
});
afterEach(async () => {
  file.close();
  file.handedOver();
  await rm(folder, { recursive: true, force: true });
});

function region(slot: number): ScratchRegion {
  const found = file.region(slot);
  if (found === null) throw new Error(`there is no region ${slot}`);
  return found;
}

/** A frame that differs from its neighbours, in pieces. */
function frame(mark: number, bytes: number): Uint8Array[] {
  const whole = new Uint8Array(bytes).fill(mark);
  return [whole.subarray(0, 24), whole.subarray(24)];
}

function read(offset: number, bytes: number): Buffer {
  const memory = Buffer.alloc(bytes);
  expect(readSync(file.reader, memory, 0, bytes, offset)).toBe(bytes);
  return memory;
}

const steps = fc.array(
  fc.record({ bytes: fc.option(fc.integer({ min: 24, max: 14 * 2 ** 20 }), { freq: 2 }), slot: fc.nat({ max: 1 }) }),
  { maxLength: 14 },
);

describe('ScratchFile', () => {
  it('has no name, and cannot be written by who reads it', () => {
    expect(readdirSync(folder)).toEqual([]);
    expect(region(0).store(frame(1, 100), 100)).toBe(0);
    expect(read(0, 100).equals(Buffer.alloc(100, 1))).toBe(true);
    expect(() => writeSync(file.reader, Buffer.alloc(1))).toThrow('EBADF');
  });

  it('holds what is stored until it is released, whatever is stored besides', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const held: { slot: number; offset: number; bytes: number; mark: number }[] = [];
        taken.forEach(({ bytes, slot }, index) => {
          const oldest = held.findIndex((each) => each.slot === slot);
          if (bytes === null) {
            if (oldest === -1) return;
            region(slot).release();
            held.splice(oldest, 1);
            return;
          }
          const offset = region(slot).store(frame(index + 1, bytes), bytes);
          if (offset === null) return;
          expect(Math.floor(offset / regionBytes)).toBe(slot);
          held.push({ slot, offset, bytes, mark: index + 1 });
        });
        for (const { slot, offset, bytes, mark } of held) {
          expect(read(offset, bytes).equals(Buffer.alloc(bytes, mark))).toBe(true);
          region(slot).release();
        }
      }),
      { numRuns: 12 },
    );
  });

  it('goes back to its beginning, and has no room for more than its part', () => {
    const half = regionBytes / 2;
    const store = (bytes: number): number | null => region(1).store([new Uint8Array(bytes)], bytes);
    expect(store(regionBytes + 8)).toBeNull();
    expect([store(half), store(half - 8), store(16)]).toEqual([regionBytes, regionBytes + half, null]);
    region(1).release();
    expect(store(half)).toBe(regionBytes);
    expect(store(24)).toBeNull();
  });

  it('gives memory back once nothing large lies in it', () => {
    const large = 5 * 2 ** 20;
    region(0).store([new Uint8Array(large)], large);
    region(1).store([new Uint8Array(100)], 100);
    region(0).release();
    expect(fstatSync(file.reader).size).toBeGreaterThan(large);
    region(1).release();
    expect(fstatSync(file.reader).size).toBe(0);
    region(1).store([new Uint8Array(1_000)], 1_000);
    region(1).release();
    expect(fstatSync(file.reader).size).toBe(regionBytes + 1_000);
  });

  it('is not there where its folder is not', () => {
    expect(ScratchFile.open(1, path.join(folder, 'absent'))).toBeNull();
  });
});
