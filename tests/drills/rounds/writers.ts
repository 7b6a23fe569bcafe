import { createHash } from 'node:crypto';
import type { Random } from '@cluster-ai/core/ports/random.ts';
import type { Ledger } from '@cluster-ai/testkit/ledger/ledger.ts';
import { addModel } from '../../integration/control-plane/test-models.ts';
import { pause } from '../../start-platform.ts';
import { HttpsClient } from './call.ts';
import type { ControlCalls, Written } from './control-calls.ts';
import type { Gate } from './gate.ts';
import { pick } from './plan.ts';
import { sendQuestion } from './predictions.ts';
import type { Target } from './predictions.ts';
import { anyQuestion } from './questions.ts';
import { resources } from './state.ts';
import type { Subject } from './subject.ts';

export interface Work {
  readonly subject: Subject;
  readonly ledger: Ledger;
  readonly calls: ControlCalls;
  readonly gate: Gate;
  readonly random: Random;
  /** Versions of the model `adder` that are known to be there. */
  readonly versions: number[];
}

/** This part of the writes is given up after the first attempt, as an impatient client does. */
const onceShare = 0.15;
const pushChunkBytes = 120;

export interface Writers {
  stop(): Promise<void>;
}

/** One writer for each thing, so that its history has an order; they write until they are stopped. */
export function startWriters(work: Work): Writers {
  let stopped = false;
  let count = 0;
  const keepWriting = async (pauseMs: number, write: (number: number) => Promise<unknown>): Promise<void> => {
    while (!stopped) {
      count += 1;
      const number = count;
      await work.gate.pass(() => write(number));
      await pause(pauseMs * (0.5 + work.random()));
    }
  };
  const ended = [
    keepWriting(150, () => moveAlias(work)),
    keepWriting(200, () => splitRoute(work)),
    keepWriting(250, () => changeSetting(work)),
    keepWriting(500, (number) => makeAndRevokeKey(work, number)),
    keepWriting(2_500, (number) => pushVersion(work, number)),
    keepWriting(60, () => readSomething(work)),
  ];
  return {
    stop: async () => {
      stopped = true;
      await Promise.all(ended);
    },
  };
}

function impatient({ random }: Work): { once: boolean } {
  return { once: random() < onceShare };
}

function moveAlias(work: Work): Promise<Written> {
  const version = pick(work.versions, work.random);
  return work.calls.write({
    what: 'PUT alias',
    resource: resources.alias,
    effect: 'set',
    value: String(version),
    method: 'PUT',
    path: '/api/v1/models/adder/aliases/live',
    body: { version },
    ...impatient(work),
  });
}

/** The newest versions share the route, each time with other weights. */
export function splitRoute(work: Work): Promise<Written> {
  const newest = work.versions.slice(-2);
  const variants = newest.map((version) => ({
    model: 'adder',
    version,
    weight: 1 + Math.floor(work.random() * 1_000),
  }));
  return work.calls.write({
    what: 'PUT route',
    resource: resources.route,
    effect: 'set',
    value: variants.map(({ version, weight }) => `${version}:${weight}`).join(),
    method: 'PUT',
    path: '/api/v1/routes/drill',
    body: { policy: { kind: 'split', variants } },
    ...impatient(work),
  });
}

export function changeSetting(work: Work): Promise<Written> {
  const value = 100 + Math.floor(work.random() * 300);
  return work.calls.write({
    what: 'PUT setting',
    resource: resources.setting,
    effect: 'set',
    value: String(value),
    method: 'PUT',
    path: '/api/v1/settings/history_retention_days',
    body: { value },
    ...impatient(work),
  });
}

/** Written only to see whether writes work again: the other setting has one writer of its own. */
export function tryWrite({ calls, random }: Work): Promise<Written> {
  const value = 1 + Math.floor(random() * 59);
  return calls.write({
    what: 'PUT setting',
    resource: 'setting update_interval',
    effect: 'set',
    value: String(value),
    method: 'PUT',
    path: '/api/v1/settings/update_interval',
    body: { value },
    once: true,
  });
}

interface KeyAnswer {
  readonly key: { readonly id: string };
  readonly secret: string;
}

async function makeAndRevokeKey(work: Work, number: number): Promise<void> {
  const { calls, ledger } = work;
  const name = `drill-${number}`;
  const body = { name, actions: ['infer'] };
  const create = { what: 'POST key', resource: resources.keys, effect: 'add', value: name } as const;
  const made = await calls.write({ ...create, method: 'POST', path: '/api/v1/keys', body, ...impatient(work) });
  const record = ledger.writes.findLast(({ id }) => id === made.id);
  if (record !== undefined) ledger.writes.push({ ...record, resource: `key ${name}`, effect: 'set', value: 'active' });
  // Without an answer nobody knows the key, and so nobody can use or name it.
  if (made.answer === null) return;
  const { key, secret } = made.answer as KeyAnswer;
  const probing = probeKey(work, name, secret);
  await pause(300 + work.random() * 700);
  await calls.write({
    what: 'DELETE key',
    resource: `key ${name}`,
    effect: 'set',
    value: 'revoked',
    method: 'DELETE',
    path: `/api/v1/keys/${key.id}`,
    ...impatient(work),
  });
  await probing;
}

const probeForMs = 6_000;
const probeEveryMs = 150;

/** Tries a key at both gateways, before and after its revocation. */
async function probeKey({ subject, ledger, random }: Work, key: string, secret: string): Promise<void> {
  const endMs = performance.now() + probeForMs;
  const probe = async (target: Target): Promise<void> => {
    const client = new HttpsClient(subject.ca);
    while (performance.now() < endMs) {
      const sentMs = performance.now();
      const result = await sendQuestion(client, subject, { target, key: secret, question: anyQuestion(random) });
      const known = result.kind === 'answer' && (result.status === 200 || result.status === 401);
      if (known) {
        ledger.probes.push({ key, target, sentMs, endedMs: performance.now(), accepted: result.status === 200 });
      }
      await pause(probeEveryMs);
    }
    client.close();
  };
  await Promise.all([probe('gateway-1'), probe('gateway-2')]);
}

interface UploadAnswer {
  readonly id: string;
}

/** A model that nobody has pushed before, in chunks. */
export async function pushVersion(work: Work, number: number): Promise<void> {
  const { calls, versions } = work;
  const { path, bytes } = addModel(number);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const announced = await calls.write({
    what: 'POST upload',
    resource: 'uploads',
    effect: 'add',
    value: String(number),
    method: 'POST',
    path: '/api/v1/uploads',
    body: { model: 'adder', files: [{ path, sha256, size: bytes.length }], notes: String(number), deploy: 'none' },
  });
  if (announced.answer === null) return;
  const upload = `/api/v1/uploads/${(announced.answer as UploadAnswer).id}`;
  await sendChunks(work, `${upload}/files/${sha256}`, upload, bytes);
  const committed = await calls.write({
    what: 'POST commit',
    resource: resources.versions,
    effect: 'add',
    value: String(number),
    method: 'POST',
    path: `${upload}/commit`,
  });
  const answer = committed.answer as { version: { version: number } } | null;
  if (answer !== null) versions.push(answer.version.version);
}

const chunksGiveUpMs = 120_000;

async function sendChunks({ calls }: Work, path: string, upload: string, bytes: Uint8Array): Promise<void> {
  const endMs = performance.now() + chunksGiveUpMs;
  let offset = 0;
  while (offset < bytes.length && performance.now() < endMs) {
    const chunk = bytes.subarray(offset, offset + pushChunkBytes);
    if (await calls.append(`${path}?offset=${offset}`, chunk)) {
      offset += chunk.length;
      continue;
    }
    await pause(150);
    // What has arrived is the server's to say.
    const found = (await calls.read('GET upload', upload)) as { files: { receivedBytes: number }[] } | null;
    offset = found?.files[0]?.receivedBytes ?? offset;
  }
}

async function readSomething({ calls, ledger, random }: Work): Promise<void> {
  const sentMs = performance.now();
  const which = pick(['alias', 'route', 'setting'] as const, random);
  const value = await resources.read[which](calls);
  if (value === undefined) return;
  ledger.reads.push({ resource: resources[which], value, sentMs, endedMs: performance.now() });
}
