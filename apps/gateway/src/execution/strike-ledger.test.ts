import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StrikeLedger } from './strike-ledger.ts';

const rule = { crashesMax: 2, crashWindowMs: 60_000 };
let folder = '';
let clock: FakeClock;
let log: MemoryLog;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cluster-ai-ledger-'));
  clock = new FakeClock();
  log = new MemoryLog();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): StrikeLedger => new StrikeLedger({ file: path.join(folder, 'crashes.json'), rule, clock, log });

describe('StrikeLedger', () => {
  it('counts the strikes of the window', () => {
    const ledger = open();
    expect(ledger.add('a')).toBe(false);
    clock.advance(60_001);
    expect(ledger.strikes('a')).toBe(0);
    expect([ledger.add('a'), ledger.add('b'), ledger.add('a')]).toEqual([false, false, true]);
  });

  it('remembers over a new start, until the model is not wanted any more', async () => {
    const before = open();
    before.add('a');
    before.takeOut('a', 'it crashed');
    before.add('b');
    await before.written();
    const after = open();
    expect([after.outOfService('a'), after.outOfService('b'), after.strikes('b')]).toEqual(['it crashed', null, 1]);
    clock.advance(3_600_000);
    expect(after.outOfService('a'), 'time alone mends nothing').toBe('it crashed');
    after.keepOnly(new Set(['b']));
    await after.written();
    expect(open().outOfService('a')).toBeNull();
    expect(readFileSync(path.join(folder, 'crashes.json'), 'utf8')).not.toContain('it crashed');
  });

  it.each(['no json', '{}', '[{"modelId":1}]', '[{"modelId":"a","strikesAtMs":["x"],"outOfService":null}]'])(
    'begins anew with a file that it cannot read, and says so: %s',
    (text) => {
      writeFileSync(path.join(folder, 'crashes.json'), text);
      expect(open().strikes('a')).toBe(0);
      expect(JSON.stringify(log)).toContain('cannot be read');
    },
  );
});
