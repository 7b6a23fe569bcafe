import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileBytes, hashFile, receiveBytes } from './receive-bytes.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cluster-ai-bytes-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function receive(chunks: readonly Buffer[], offset: number, bytesMax: number, path = join(folder, 'file')) {
  let counted = 0;
  const onBytes = (count: number): void => void (counted += count);
  return receiveBytes(Readable.from(chunks), { path, offset, bytesMax, onBytes }).then((received) => ({
    ...received,
    counted,
  }));
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

test('a whole stream is written and hashed; one that continues is written at its place', async () => {
  expect(await receive([Buffer.from('ab'), Buffer.from('cd')], 0, 10)).toEqual({
    bytes: 4,
    sha256: hash('abcd'),
    counted: 4,
  });
  expect(await receive([Buffer.from('ef')], 4, 10)).toEqual({ bytes: 6, sha256: null, counted: 2 });
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('abcdef');
  expect(await hashFile(join(folder, 'file'))).toBe(hash('abcdef'));
  expect(await fileBytes(join(folder, 'file'))).toBe(6);
  expect(await fileBytes(join(folder, 'missing'))).toBeNull();
});

test('a stream from the beginning replaces what was there', async () => {
  writeFileSync(join(folder, 'file'), 'a longer text than before');
  expect(await receive([Buffer.from('new')], 0, 10)).toMatchObject({ bytes: 3, sha256: hash('new') });
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
});

test('what fits is kept when more comes', async () => {
  await expect(receive([Buffer.from('abc'), Buffer.from('def')], 0, 5)).rejects.toMatchObject({
    code: 'BODY_TOO_LARGE',
  });
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('abc');
});

test('a full disk is named as such', async () => {
  await expect(receive([Buffer.from('abc')], 0, 5, '/dev/full')).rejects.toMatchObject({
    code: 'STORAGE_FULL',
    message: 'the disk of the control plane has no room for these bytes',
  });
});

test('a sender that goes away leaves what it had sent', async () => {
  const source = new Readable({ read: () => undefined });
  source.push(Buffer.from('abc'));
  setTimeout(() => source.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })), 50);
  const received = receiveBytes(source, {
    path: join(folder, 'file'),
    offset: 0,
    bytesMax: 10,
    onBytes: () => undefined,
  });
  await expect(received).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('abc');
});
