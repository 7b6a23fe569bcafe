import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irisRequest } from '../../../iris.ts';
import { findProcess } from '../../../drills/processes.ts';
import { pause, startPlatform, until, type Platform } from '../../../start-platform.ts';
import { countKinds, startSteadyLoad } from '../../../steady-load.ts';
import { archives } from './archives.ts';
import { onnxFiles } from './onnx-files.ts';

interface Case {
  readonly name: string;
  /** Generator of the model file; a cycle when it is left out. */
  readonly file?: string;
  /** Paths of the files instead of `model.onnx`. */
  readonly paths?: readonly string[];
  /** Fields of the manifest's first file that are not what the file has. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** More files, by path: so many zero bytes, or a text. */
  readonly beside?: Readonly<Record<string, number | string>>;
  readonly expect:
    | { readonly call: 'announce' | 'commit'; readonly status: number; readonly code: string; readonly text: string }
    /** The version is there and is never ready. */
    | { readonly state: 'FAILED'; readonly reason: string }
    /** The file is sound, and what it asks for is refused at each run. */
    | { readonly state: 'READY'; readonly reason: string; readonly status: number; readonly text: string };
}

// The file is part of this test; what does not fit its form fails as a case.
const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'cases.json'), 'utf8')) as readonly Case[];

const makers: Readonly<Record<string, () => Uint8Array>> = { ...archives, ...onnxFiles };
const memoryGrowthMax = 0.1;
const memoryWaitMs = 60_000;

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform?.stop());

describe('bad model files', () => {
  it('are at least 50, each generator is used, and no name comes twice', () => {
    expect(cases.length).toBeGreaterThanOrEqual(50);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(Object.keys(makers).filter((maker) => !cases.some(({ file }) => file === maker))).toEqual([]);
  });

  it('are refused or end as failed versions, each with its text, and nothing else notices', async () => {
    const pids = programs();
    await untilWarm();
    const before = pids.map(residentMebibytes);
    const running = startSteadyLoad(platform.gatewayUrl, irisRequest, { clients: 1, pauseMs: 20 });
    const outcomes: string[] = [];
    const atOnce = 3;
    for (let first = 0; first < cases.length; first += atOnce) {
      outcomes.push(...(await Promise.all(cases.slice(first, first + atOnce).map(outcomeOf))));
    }
    const wrong = outcomes.filter((outcome) => outcome !== '');
    console.log(`${cases.length} bad model files, ${wrong.length} with another answer than listed`);
    const counts = countKinds(await running.stop());
    expect(wrong.join('\n')).toBe('');
    expect(counts).toMatchObject({ wrong: 0, error: 0, refused: 0, lost: 0 });
    expect(programs(), 'gateway and control plane are the processes that they were').toEqual(pids);
    const growth = (): number =>
      Math.max(...pids.map((pid, index) => residentMebibytes(pid) / (before[index] ?? 1) - 1));
    const beganMs = performance.now();
    while (growth() > memoryGrowthMax && performance.now() - beganMs < memoryWaitMs) await pause(1_000);
    console.log(
      `memory of gateway and control plane: ${before.map((size) => size.toFixed(0)).join(' and ')} MiB before, ${pids.map((pid) => residentMebibytes(pid).toFixed(0)).join(' and ')} MiB ${((performance.now() - beganMs) / 1_000).toFixed(0)} s after; others meanwhile: ${JSON.stringify(counts)}`,
    );
    expect(growth()).toBeLessThanOrEqual(memoryGrowthMax);
  });
});

/** @returns what is wrong; empty when the case ended as listed. */
async function outcomeOf(bad: Case, index: number): Promise<string> {
  const model = `bad-${cases.indexOf(bad)}`;
  const said = await send(bad, model).catch((error: unknown) => ({ failure: String(error), index }));
  try {
    expect(said).toEqual(expected(bad));
    return '';
  } catch {
    return `${bad.name}: ${JSON.stringify(said)}`;
  }
}

function expected({ expect: wanted }: Case): object {
  if ('call' in wanted) return { ...wanted, text: expect.stringContaining(wanted.text) };
  const reason = expect.stringContaining(wanted.reason);
  return wanted.state === 'FAILED'
    ? { state: 'FAILED', reason }
    : { ...wanted, reason, text: expect.stringContaining(wanted.text) };
}

interface SentFile {
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  readonly bytes: Uint8Array;
}

function filesOf({ file, paths = ['model.onnx'], beside = {} }: Case): SentFile[] {
  const make = makers[file ?? 'cycle'];
  if (make === undefined) throw new Error(`nothing makes '${file}'`);
  const bytes = make();
  const others = Object.entries(beside).map(([path, content]) => ({
    path,
    bytes: typeof content === 'number' ? new Uint8Array(content) : new TextEncoder().encode(content),
  }));
  return [...paths.map((path) => ({ path, bytes })), ...others].map(({ path, bytes: content }) => ({
    path,
    bytes: content,
    sha256: createHash('sha256').update(content).digest('hex'),
    size: content.length,
  }));
}

async function send(bad: Case, model: string): Promise<object> {
  const files = filesOf(bad);
  const listed = files.map(({ path, sha256, size }, index) => ({
    path,
    sha256,
    size,
    ...(index === 0 ? bad.manifest : {}),
  }));
  const announced = await control('POST', '/api/v1/uploads', { model, files: listed });
  if (announced.status !== 201) return refusal('announce', announced);
  // The answer is what the contract says.
  const { id } = announced.body as { id: string };
  for (const { sha256, bytes } of new Map(files.map((file) => [file.sha256, file])).values()) {
    await control('PATCH', `/api/v1/uploads/${id}/files/${sha256}?offset=0`, bytes);
  }
  const committed = await control('POST', `/api/v1/uploads/${id}/commit`);
  if (committed.status !== 201) return refusal('commit', committed);
  const end = await untilSettled(model);
  if (end.state !== 'READY') return end;
  const answer = await fetch(`${platform.gatewayUrl}/v2/models/${model}/infer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] }] }),
  });
  return { ...end, status: answer.status, text: await answer.text() };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function control(method: string, path: string, body?: object): Promise<Answer> {
  const isBytes = body instanceof Uint8Array;
  const type = isBytes ? 'application/octet-stream' : 'application/json';
  const response = await fetch(`${platform.controlUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${platform.adminToken}`,
      ...(body === undefined ? {} : { 'content-type': type }),
    },
    body: body === undefined ? null : isBytes ? Buffer.from(body) : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

function refusal(call: string, { status, body }: Answer): object {
  // Every refusal of the control API has this form.
  const { code, detail } = body as { code: string; detail: string };
  return { call, status, code, text: detail };
}

async function untilSettled(model: string): Promise<{ state: string; reason: string }> {
  let settled = { state: 'UNKNOWN', reason: '' };
  await until(`${model} is settled`, 60_000, async () => {
    const { body } = await control('GET', `/api/v1/models/${model}/versions/1`);
    // The answer is what the contract says.
    const [observed] = (body as { observed: { state: string; reason: string }[] }).observed;
    if (observed !== undefined) settled = { state: observed.state, reason: observed.reason };
    return settled.state === 'FAILED' || settled.state === 'READY';
  });
  return settled;
}

function programs(): number[] {
  return ['apps/gateway/src/main.ts', 'apps/control-plane/src/main.ts'].map(
    (part) => findProcess(platform.home, part).pid,
  );
}

function residentMebibytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}

/** What was just started still grows by itself: what does not become a version is sent once before anything is measured. */
async function untilWarm(): Promise<void> {
  const refused = cases.filter(({ expect: wanted }) => 'call' in wanted);
  for (const bad of refused) await send(bad, 'warm-up');
}
