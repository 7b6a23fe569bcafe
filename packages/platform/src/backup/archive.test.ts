import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { contentBytesMax, magic } from './archive-form.ts';
import { newArchiveKey } from './archive-key.ts';
import type { ArchiveKey } from './archive-key.ts';
import { ArchiveReader } from './archive-reader.ts';
import { ArchiveWriter } from './archive-writer.ts';

const root = mkdtempSync(join(tmpdir(), 'archive-'));
const passphrase = 'a passphrase of the tests';
let key: ArchiveKey | null = null;
let path = '';
let made = 0;

beforeEach(async () => {
  made += 1;
  path = join(root, `${made}.backup`);
  key ??= await newArchiveKey(passphrase, 14);
});
afterAll(() => rmSync(root, { recursive: true }));

type Parts = readonly (readonly [name: string, content: Buffer])[];

async function write(target: string, parts: Parts, sealed: ArchiveKey | null): Promise<void> {
  const writer = await ArchiveWriter.create(target, sealed, new Date());
  for (const [name, content] of parts) await writer.part(name, [content]);
  await writer.finish();
}

async function read(source: string, given: string | null = null): Promise<[string, Buffer][]> {
  const reader = await ArchiveReader.open(source, async () => given);
  const parts: [string, Buffer][] = [];
  try {
    for (let part = await reader.nextPart(); part !== null; part = await reader.nextPart()) {
      const chunks: Buffer[] = [];
      for await (const chunk of part.chunks()) chunks.push(Buffer.from(chunk));
      parts.push([part.name, Buffer.concat(chunks)]);
    }
    return parts;
  } finally {
    await reader.close();
  }
}

/** What reading says; a file that is read without a word fails the test. */
async function refusal(source: string, given: string | null = null): Promise<ClusterError> {
  try {
    await read(source, given);
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
  throw new Error(`${source} was read as if nothing were wrong`);
}

const small: Parts = [
  ['description', Buffer.from('{"made":"for a test"}')],
  ['database/models', Buffer.from('iris\t1\n')],
  ['database/empty', Buffer.alloc(0)],
  ['files/abc', randomBytes(300)],
];

describe.each([
  ['as it is', false],
  ['encrypted', true],
])('%s', (_name, encrypted) => {
  const given = encrypted ? passphrase : null;
  const seal = (): ArchiveKey | null => (encrypted ? key : null);

  test('whatever was written is read back, in its order', async () => {
    const content = fc.uint8Array({ maxLength: 4_000 }).map((bytes) => Buffer.from(bytes));
    const sizes = fc.constantFrom(
      0,
      1,
      contentBytesMax - 1,
      contentBytesMax,
      contentBytesMax + 1,
      3 * contentBytesMax + 7,
    );
    const parts = fc.array(
      fc.tuple(
        fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }).filter((name) => name !== 'manifest'),
        fc.oneof(
          content,
          sizes.map((size) => randomBytes(size)),
        ),
      ),
      { maxLength: 5 },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(parts, async (wanted) => {
        run += 1;
        const target = `${path}.${run}`;
        await write(target, wanted, seal());
        expect(await read(target, given)).toEqual(wanted);
        rmSync(target);
      }),
      { numRuns: encrypted ? 8 : 20 },
    );
  });

  test('it is private, and there is nothing beside it', async () => {
    await write(path, small, seal());
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(root).filter((name) => name.includes('partial'))).toEqual([]);
    await expect(write(path, small, seal())).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('each flipped byte is told, with the part that it is in', async () => {
    await write(path, small, seal());
    const whole = readFileSync(path);
    const bad = `${path}.bad`;
    const named = new Map<string, number>();
    // A key is derived each time, so not every byte of the encrypted one.
    const step = encrypted ? 211 : 7;
    for (let at = 0; at < whole.length; at += step) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at);
      writeFileSync(bad, bytes);
      const error = await refusal(bad, given);
      if (at < magic.length) {
        expect(error.code).toMatch(/INVALID_ARGUMENT|UNSUPPORTED/);
        continue;
      }
      expect([error.code, error.message]).toEqual(['CHECKSUM_MISMATCH', error.message]);
      const [, place = '', first, last] =
        /is damaged in (.+): bytes (\d+) to (\d+) of the file/.exec(error.message) ?? [];
      if (place === '') {
        expect(error.message).toContain('is not complete');
        continue;
      }
      expect(Number(first)).toBeLessThanOrEqual(at);
      // A length that was made smaller or larger moves the end of what was read.
      expect(Number(last) + 64).toBeGreaterThanOrEqual(Math.min(at, whole.length - 64));
      named.set(place, (named.get(place) ?? 0) + 1);
    }
    if (!encrypted) {
      for (const place of ['its header', 'database/models', 'files/abc', 'what follows database/models', 'manifest']) {
        expect([...named.keys()]).toContain(place);
      }
    }
  }, 60_000);

  test('a file that was cut anywhere is not complete', async () => {
    await write(path, small, seal());
    const whole = readFileSync(path);
    const cut = `${path}.cut`;
    const lengths = encrypted
      ? [magic.length + 300, whole.length - 60, whole.length - 1]
      : [...whole.keys()].filter((at) => at % 23 === 0);
    for (const length of lengths) {
      writeFileSync(cut, whole.subarray(0, length));
      const error = await refusal(cut, given);
      expect(error.message).toMatch(
        length < magic.length ? /is no backup/ : /is not complete: it ends after \d+ bytes/,
      );
    }
  });

  test('records that were moved, left out, repeated or added are told', async () => {
    const same: Parts = [
      ['a', Buffer.concat([Buffer.alloc(contentBytesMax, 1), Buffer.alloc(contentBytesMax, 1)])],
      ['b', randomBytes(10)],
    ];
    await write(path, same, seal());
    const whole = readFileSync(path);
    const record = 5 + contentBytesMax + (encrypted ? 16 : 32);
    const first = whole.indexOf(encrypted ? Buffer.from([2, 0, 1, 0, 0]) : Buffer.alloc(64, 1)) - (encrypted ? 0 : 5);
    const a = whole.subarray(first, first + record);
    const b = whole.subarray(first + record, first + 2 * record);
    const [before, after] = [whole.subarray(0, first), whole.subarray(first + 2 * record)];
    for (const [what, bytes] of [
      ['swapped', [before, b, a, after]],
      ['one left out', [before, a, after]],
      ['one repeated', [before, a, a, b, after]],
      ['something behind', [whole, Buffer.from([0])]],
    ] as const) {
      writeFileSync(`${path}.bad`, Buffer.concat(bytes));
      expect([what, (await refusal(`${path}.bad`, given)).code]).toEqual([what, 'CHECKSUM_MISMATCH']);
    }
  });
});

test('the key is needed, and must be the right one', async () => {
  await write(path, small, key);
  expect(readFileSync(path).includes('iris')).toBe(false);
  expect(await refusal(path)).toMatchObject({
    code: 'CONFIG_INVALID',
    message: `${path} is encrypted, and no key was given`,
  });
  expect(await refusal(path, 'another passphrase of the tests')).toMatchObject({
    code: 'CONFIG_INVALID',
    message: `the key is not the one that ${path} was made with`,
  });
});

test('a backup that is not encrypted does not pass for one that the given key made', async () => {
  await write(path, small, null);
  expect(await refusal(path, passphrase)).toMatchObject({
    code: 'CONFIG_INVALID',
    message: `${path} is not encrypted, and a key was given: anybody could have made it`,
  });
  expect(await read(path)).toEqual(small);
});

test('what is no backup is refused in a sentence', async () => {
  expect((await refusal(path)).message).toBe(`there is no file ${path}`);
  writeFileSync(path, 'PGDMP and so on, for quite a while');
  expect((await refusal(path)).message).toBe(`${path} is no backup of Cluster AI: it does not begin like one`);
  writeFileSync(path, 'cluster-ai backup 9\n and what comes then');
  expect((await refusal(path)).message).toBe(`${path} has form 9; this program reads form 1`);
  expect((await refusal(root)).message).toContain('is no backup of Cluster AI');
  const header = Buffer.from('{"formatVersion":1,');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  writeFileSync(path, Buffer.concat([magic, length, header, createHash('sha256').update(header).digest()]));
  expect(await refusal(path)).toMatchObject({
    code: 'UNSUPPORTED',
    message: `${path} has a header that this program does not understand`,
  });
});

test('what an earlier process of that number left is replaced, and a link is not followed', async () => {
  const elsewhere = `${path}.elsewhere`;
  symlinkSync(elsewhere, `${path}.${process.pid}.partial`);
  await write(path, small, null);
  expect(await read(path)).toEqual(small);
  expect(readdirSync(root).filter((name) => name.startsWith(`${made}.`))).toEqual([`${made}.backup`]);
});

test('a source that fails leaves nothing', async () => {
  const writer = await ArchiveWriter.create(path, null, new Date());
  const failing = async function* () {
    yield Buffer.from('some');
    throw new Error('the source broke');
  };
  await expect(writer.part('x', failing())).rejects.toThrow('the source broke');
  await writer.discard();
  expect(readdirSync(root).filter((name) => name.startsWith(`${made}.`))).toEqual([]);
});

test('a large part goes through in constant memory', async () => {
  const block = randomBytes(1_048_576);
  const blocks = 160;
  const hash = createHash('sha256');
  for (let index = 0; index < blocks; index += 1) hash.update(block);
  const many = function* () {
    for (let index = 0; index < blocks; index += 1) yield block;
  };
  const before = process.memoryUsage().rss;
  const beganMs = performance.now();
  const writer = await ArchiveWriter.create(path, key, new Date());
  expect((await writer.part('big', many())).sha256).toBe(hash.digest('hex'));
  await writer.finish();
  const wroteMs = performance.now() - beganMs;
  const reader = await ArchiveReader.open(path, async () => passphrase);
  const part = await reader.nextPart();
  let bytes = 0;
  for await (const chunk of part?.chunks() ?? []) bytes += chunk.length;
  expect(await reader.nextPart()).toBeNull();
  await reader.close();
  const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20;
  console.log(
    `${blocks} MiB encrypted: written in ${wroteMs.toFixed(0)} ms, read in ${(performance.now() - beganMs - wroteMs).toFixed(0)} ms, memory grew by ${grownMiB.toFixed(0)} MiB`,
  );
  expect(bytes).toBe(blocks * block.length);
  expect(grownMiB).toBeLessThan(128);
});
