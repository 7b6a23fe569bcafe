import { randomUUID } from 'node:crypto';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { callEndpoint, callWithTag } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { createUpload } from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pause } from '../start-platform.ts';
import { startTwoControlPlanes } from '../two-control-planes.ts';
import type { TwoControlPlanes } from '../two-control-planes.ts';

const writers = 4;
const kills = 4;

let two: TwoControlPlanes;
let client: ClientOptions;

beforeAll(async () => {
  two = await startTwoControlPlanes();
  client = { baseUrl: two.proxy.url, token: two.adminToken, timeoutMs: 30_000 };
});

afterAll(() => two?.stop());

interface Outcome {
  readonly model: string;
  readonly attempts: number;
  readonly how: 'answered' | 'answered again' | 'known as done';
}

/** Sends one write until it is known what became of it, always with the same key. */
async function writeUntilKnown(model: string): Promise<Outcome> {
  const files = [{ path: 'model.onnx', sha256: 'a'.repeat(64), size: 1 }];
  const input = { body: { model, files }, idempotencyKey: randomUUID() };
  for (let attempts = 1; ; attempts += 1) {
    try {
      const answered = await callWithTag(client, createUpload, input);
      return { model, attempts, how: answered?.replayed === true ? 'answered again' : 'answered' };
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.code === 'ALREADY_DONE') return { model, attempts, how: 'known as done' };
      if (!error.retryable) throw error;
      await pause(50);
    }
  }
}

test('control planes are killed in the middle of writes that are repeated until answered: each is done once', async () => {
  let stop = false;
  const outcomes: Outcome[] = [];
  const writing = Array.from({ length: writers }, async (_, writer) => {
    for (let index = 0; !stop; index += 1) outcomes.push(await writeUntilKnown(`written-${writer}-${index}`));
  });
  for (let kill = 0; kill < kills; kill += 1) {
    await pause(700);
    const victim = two.planes.find(({ port }) => port === two.proxy.target);
    await victim?.kill();
    await pause(700);
    await victim?.start();
  }
  stop = true;
  await Promise.all(writing);

  const counts = Object.groupBy(outcomes, ({ how }) => how);
  const repeated = outcomes.filter(({ attempts }) => attempts > 1).length;
  console.log(
    `${outcomes.length} writes over ${kills} kills: ${repeated} were repeated, ` +
      `${counts['answered again']?.length ?? 0} answered again, ${counts['known as done']?.length ?? 0} known as done`,
  );
  expect(repeated).toBeGreaterThan(0);
  const targets: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await callEndpoint(client, listAudit, {
      query: { filter: 'action=upload.create', limit: 500, cursor },
    });
    targets.push(...page.items.map(({ target }) => target));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(targets.toSorted()).toEqual(outcomes.map(({ model }) => model).toSorted());
});
