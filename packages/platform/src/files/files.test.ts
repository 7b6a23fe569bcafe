import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openRotatingFile } from './rotating-file.ts';
import { shortSocketFolder, socketPathBytesMax } from './short-socket-folder.ts';
import { askHolder, takeSocketLock } from './socket-lock.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

const root = mkdtempSync(join(tmpdir(), 'files-'));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'x-'));
});
afterAll(() => rmSync(root, { recursive: true }));

test('an atomic write replaces the file, is private and leaves nothing beside it', async () => {
  const path = join(folder, 'token');
  await writeFileAtomic(path, 'one');
  await writeFileAtomic(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['token']);
});

test('a write that fails leaves the old file alone', async () => {
  const path = join(folder, 'target');
  mkdirSync(join(path, 'inside'), { recursive: true });
  await expect(writeFileAtomic(path, 'x')).rejects.toThrow('directory');
  expect(readdirSync(folder)).toEqual(['target']);
});

describe('rotating file', () => {
  test('keeps no more than the given number of files of the given size, newest lines in the plain name', () => {
    const path = join(folder, 'logs/a.log');
    const file = openRotatingFile({ path, fileBytesMax: 100, filesMax: 3 });
    for (let line = 0; line < 100; line += 1) file.write(`line ${String(line).padStart(4, '0')}\n`);
    file.close();
    expect(readdirSync(join(folder, 'logs')).toSorted()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
    for (const name of readdirSync(join(folder, 'logs'))) {
      expect(statSync(join(folder, 'logs', name)).size).toBeLessThanOrEqual(100);
    }
    expect(readFileSync(path, 'utf8')).toMatch(/line 0099\n$/);
  });

  test('continues a file that exists, and counts what it holds', () => {
    const path = join(folder, 'a.log');
    for (const text of ['a'.repeat(60), 'b'.repeat(60)]) {
      const file = openRotatingFile({ path, fileBytesMax: 100, filesMax: 2 });
      file.write(text);
      file.close();
    }
    expect(readFileSync(path, 'utf8')).toBe('b'.repeat(60));
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('a'.repeat(60));
  });

  test('a disk without room does not end whoever logs', () => {
    const file = openRotatingFile({ path: '/dev/full', fileBytesMax: 100, filesMax: 1 });
    expect(() => file.write('a line\n')).not.toThrow();
    file.close();
  });

  test('one file only is emptied when it is full', () => {
    const path = join(folder, 'a.log');
    const file = openRotatingFile({ path, fileBytesMax: 10, filesMax: 1 });
    file.write('12345678');
    file.write('abcdefgh');
    file.close();
    expect(readFileSync(path, 'utf8')).toBe('abcdefgh');
  });
});

describe('socket lock', () => {
  test('one holder at a time; the other learns who holds it; release lets the next one in', async () => {
    const path = join(folder, 'lock');
    const first = await takeSocketLock(path, () => 'first');
    const second = await takeSocketLock(path, () => 'second');
    expect(second).toEqual({ held: false, holder: 'first' });
    if (first.held) await first.lock.release();
    expect(await askHolder(path)).toBeNull();
    const third = await takeSocketLock(path, () => 'third');
    expect(third.held).toBe(true);
    if (third.held) await third.lock.release();
  });

  test('a lock whose holder was killed is taken over, by one of many', async () => {
    const path = join(folder, 'lock');
    const program = `import(${JSON.stringify(join(import.meta.dirname, 'socket-lock.ts'))}).then((m) => m.takeSocketLock(${JSON.stringify(path)}, () => 'dead')).then(() => console.log('held'))`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(path)).toBe(true);
    const results = await Promise.all(['a', 'b', 'c'].map((name) => takeSocketLock(path, () => name)));
    expect(results.filter((result) => result.held)).toHaveLength(1);
    for (const result of results) if (result.held) await result.lock.release();
  });
});

describe('short socket folder', () => {
  test('is the wanted one while the path fits, else a private one that follows from it', () => {
    expect(shortSocketFolder(join(folder, 'run'), 'lock')).toBe(join(folder, 'run'));
    const long = join(folder, 'x'.repeat(200), 'run');
    const short = shortSocketFolder(long, '.s.PGSQL.5432');
    expect(Buffer.byteLength(join(short, '.s.PGSQL.5432'))).toBeLessThanOrEqual(socketPathBytesMax);
    expect(shortSocketFolder(long, '.s.PGSQL.5432')).toBe(short);
    expect(statSync(short).mode & 0o777).toBe(0o700);
    rmSync(short, { recursive: true });
  });
});
