import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InlineGuard } from './inline-guard.ts';

let folder = '';
const clock = new FakeClock();
const start = (): InlineGuard =>
  new InlineGuard({ file: path.join(folder, 'starts.json'), windowMs: 3_600_000, clock, log: new MemoryLog() });

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cluster-ai-guard-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function crash(): Promise<void> {
  await start().enter();
}

test('a gateway that crashed three times with models inside it takes none in any more', async () => {
  for (let count = 0; count < 3; count += 1) {
    expect(start().refusal()).toBeNull();
    await crash();
  }
  expect(start().refusal()).toBe('the gateway ended 3 times within 60 minutes with models inside it');
  clock.advance(3_600_001);
  expect(start().refusal()).toBeNull();
});

test('an orderly end forgets what was before', async () => {
  await crash();
  await crash();
  const guard = start();
  await guard.enter();
  guard.leave();
  await crash();
  expect(start().refusal()).toBeNull();
});

test('a list that cannot be read begins anew', async () => {
  await writeFile(path.join(folder, 'starts.json'), '[1, "two"');
  expect(start().refusal()).toBeNull();
});
