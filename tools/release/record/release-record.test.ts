import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunProgram } from '../targets/run-program.ts';
import { configMapRecord } from './config-map-record.ts';
import { fileRecord } from './file-record.ts';
import { appendRecord, readRecord, type RecordEntry } from './release-record.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cluster-ai-record-'));
  path = join(folder, 'releases', 'staging.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const image = `registry.example.com/cluster-ai/gateway@sha256:${'a'.repeat(64)}`;
const entry = (detail: string): Omit<RecordEntry, 'previous'> => ({
  at: '2026-01-02T03:04:05.000Z',
  by: 'somebody',
  target: 'staging',
  event: 'promoted',
  version: '1.2.3',
  revision: 'c'.repeat(40),
  builtAt: '2026-01-02T03:04:05.000Z',
  images: { gateway: image, 'control-plane': image, dashboard: image, cli: image },
  detail,
});

async function three(): Promise<void> {
  for (const detail of ['first', 'second', 'third']) await appendRecord(fileRecord(path), entry(detail));
}

test('what was written is read, in order, and each line names the one before it', async () => {
  expect(await readRecord(fileRecord(path))).toEqual([]);
  await three();
  const entries = await readRecord(fileRecord(path));
  expect(entries.map(({ detail }) => detail)).toEqual(['first', 'second', 'third']);
  expect(entries[0]?.previous).toBe('0'.repeat(64));
  expect(new Set(entries.map(({ previous }) => previous)).size).toBe(3);
});

test.each([
  ['changed', (text: string) => text.replace('"detail":"first"', '"detail":"other"')],
  ['removed', (text: string) => text.split('\n').toSpliced(1, 1).join('\n')],
  ['put elsewhere', (text: string) => text.split('\n').toReversed().filter(Boolean).join('\n')],
  ['cut short', (text: string) => text.slice(0, -20)],
] as const)('a line that was %s is noticed, and nothing is added behind it', async (_what, change) => {
  await three();
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  const before = readFileSync(path, 'utf8');
  await expect(readRecord(fileRecord(path))).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  await expect(appendRecord(fileRecord(path), entry('fourth'))).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test('two that write at once do not lose a line', async () => {
  await three();
  const store = fileRecord(path);
  const present = await store.read();
  appendFileSync(path, '{}\n');
  await expect(store.append(present, '{}\n')).rejects.toThrow('was written by somebody else meanwhile');
});

test('in a ConfigMap: made by the first line, replaced by its version after that', async () => {
  let kept: { metadata: { name: string; resourceVersion: string }; data: Record<string, string> } | null = null;
  const verbs: string[] = [];
  const run: RunProgram = async (command, options) => {
    const verb = command[3] ?? '';
    if (verb === 'get') return await Promise.resolve(kept === null ? '' : JSON.stringify(kept));
    verbs.push(verb);
    const sent = JSON.parse(options.input ?? '') as {
      metadata: { resourceVersion?: string };
      data: Record<string, string>;
    };
    expect(sent.metadata.resourceVersion).toBe(kept?.metadata.resourceVersion);
    kept = { metadata: { name: 'record', resourceVersion: String(verbs.length) }, data: sent.data };
    return await Promise.resolve('');
  };
  const store = configMapRecord(['kubectl', '--namespace', 'cluster-ai'], 'record', run);
  for (const detail of ['first', 'second']) await appendRecord(store, entry(detail));
  expect(verbs).toEqual(['create', 'replace']);
  expect((await readRecord(store)).map(({ detail }) => detail)).toEqual(['first', 'second']);
});
