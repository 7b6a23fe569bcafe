import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertJsonBounds, jsonBytesMax, jsonContainersMax, jsonDepthMax, jsonMembersMax } from './bounds.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('depth', () => {
  test('is what the parsed value has, brackets in strings aside', () => {
    const wrapped = fc.tuple(
      fc.jsonValue({ maxDepth: 4 }),
      fc.integer({ min: 90, max: 105 }),
      fc.string({ unit: fc.constantFrom(...'[]{}"\\') }),
    );
    fc.assert(
      fc.property(wrapped, ([inner, levels, noise]) => {
        let value: unknown = inner;
        for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [noise, value] : { [noise]: value };
        const check = () => assertJsonBounds(encode(JSON.stringify(value)));
        if (depthOf(value) <= jsonDepthMax) check();
        else expect(check).toThrow('JSON nesting depth exceeds maximum allowed limit (100)');
      }),
    );
  });

  test('many brackets side by side are not deep', () => {
    expect(() => assertJsonBounds(encode(`[${'[],'.repeat(10_000)}{}]`))).not.toThrow();
  });

  test('a Buffer from a pool is read at its own place', () => {
    const pool = Buffer.from(`${'['.repeat(200)}{"a":[1]}${' '.repeat(100)}`);
    expect(() => assertJsonBounds(pool.subarray(200))).not.toThrow();
  });
});

describe('size', () => {
  test('of the text', () => {
    expect(() => assertJsonBounds(new Uint8Array(jsonBytesMax))).not.toThrow();
    expect(() => assertJsonBounds(new Uint8Array(jsonBytesMax + 1))).toThrow(
      expect.objectContaining({
        code: 'BODY_TOO_LARGE',
        message: expect.stringContaining(
          'request JSON size of 16777217 bytes exceeds the maximum allowed input size of 16777216 bytes; send large tensors in binary',
        ),
      }),
    );
    expect(() => assertJsonBounds(new Uint8Array(101), 100)).toThrow('input size of 100 bytes');
  });

  test('in arrays and objects', () => {
    const body = encode(`[${'[],'.repeat(jsonContainersMax)}{}]`);
    expect(() => assertJsonBounds(body)).toThrow(`the JSON text has more than ${jsonContainersMax} arrays and objects`);
    expect(() => assertJsonBounds(body.subarray(0, -20))).not.toThrow();
  });

  test('in members of objects, colons in strings aside', () => {
    const members = (count: number) => encode(`{${'"a":1,'.repeat(count - 1)}"b":":"}`);
    expect(() => assertJsonBounds(members(jsonMembersMax))).not.toThrow();
    expect(() => assertJsonBounds(members(jsonMembersMax + 1))).toThrow(
      `the JSON text has objects with more than ${jsonMembersMax} members`,
    );
  });
});

test('the look through a large body takes no longer than the parser does', () => {
  const bodies = {
    flat: `{"data":[${'0.123456789,'.repeat(1_300_000)}0]}`,
    nested: `{"data":[${'[0.12345,0.12345],'.repeat(900_000)}0]}`,
    strings: `{"data":[${'"a word or two [",'.repeat(900_000)}0]}`,
  };
  for (const [name, text] of Object.entries(bodies)) {
    const body = encode(text);
    // Of this thread alone, since other tests may have the cores. As a test loads it, cold, it takes up to ten times what
    // it takes in Node (100 ms).
    const before = process.threadCpuUsage();
    assertJsonBounds(body);
    const { user, system } = process.threadCpuUsage(before);
    const cpuMs = (user + system) / 1_000;
    console.log(`bounds of ${(body.length / 1e6).toFixed(0)} MB, ${name}: ${cpuMs.toFixed(1)} ms of CPU`);
    expect(cpuMs).toBeLessThan(5_000);
  }
});
