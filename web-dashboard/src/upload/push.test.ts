import type { Upload } from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { expect, test, vi } from 'vitest';
import { createPush, type PushPort } from './push.ts';
import type { PushDraft, PushState } from './push-state.ts';
import type { RememberedUpload } from './remembered-upload.ts';

const sha256 = 'a'.repeat(64);
const size = 2_500_000;

const draft: PushDraft = {
  model: 'iris',
  description: undefined,
  notes: '',
  lineage: {},
  deploy: 'latest',
  files: [{ path: 'model.onnx', file: new File([new Uint8Array(size)], 'iris.onnx') }],
};

function world(changes: Partial<PushPort> = {}) {
  let stored = 0;
  let kept: RememberedUpload | null = null;
  const present = (): Upload => ({
    id: '3f0e2a52-8f0e-4b4e-9c33-0f4b6a1f2d10',
    model: 'iris',
    expiresAt: '2026-09-01T00:00:00.000Z',
    files: [{ path: 'model.onnx', sha256, size, receivedBytes: stored }],
  });
  const offsets: number[] = [];
  const port: PushPort = {
    hash: async () => sha256,
    create: async () => present(),
    read: async () => present(),
    append: async (_upload, _sha256, offset, bytes) => {
      offsets.push(offset);
      stored = offset + bytes.byteLength;
      return present();
    },
    commit: async () => ({ version: 3, deployed: true }),
    findVersion: async () => null,
    remember: (upload) => void (kept = upload),
    forget: () => void (kept = null),
    nowMs: () => 0,
    ...changes,
  };
  return { port, offsets, kept: () => kept, stored: (bytes: number) => void (stored = bytes) };
}

const remembered = (upload: Partial<RememberedUpload> = {}): RememberedUpload => ({
  id: '3f0e2a52-8f0e-4b4e-9c33-0f4b6a1f2d10',
  model: 'iris',
  deploy: 'latest',
  startedAtMs: 0,
  files: [{ path: 'model.onnx', sha256, size }],
  ...upload,
});

async function until<Step extends PushState['step']>(push: ReturnType<typeof createPush>, step: Step) {
  await vi.waitFor(() => expect(push.state().step).toBe(step));
  // The line above has waited for exactly this.
  return push.state() as Extract<PushState, { step: Step }>;
}

test('reads, sends, finishes, and leaves nothing behind', async () => {
  const { port, kept } = world();
  const push = createPush(port);
  const steps: string[] = [];
  push.subscribe(() => steps.push(push.state().step));
  push.start(draft, null);
  expect(await until(push, 'done')).toMatchObject({ version: 3, deployed: true });
  expect([...new Set(steps)]).toEqual(['reading', 'sending', 'committing', 'done']);
  expect(kept()).toBeNull();
});

test('an upload that was begun before sends the rest alone', async () => {
  const { port, offsets, stored } = world();
  stored(2_000_000);
  const push = createPush(port);
  push.start(draft, remembered());
  await until(push, 'done');
  expect(offsets).toEqual([2_000_000]);
});

test('another file than before is refused before a byte is sent, and the upload stays', async () => {
  const { port, offsets, kept } = world();
  const push = createPush(port);
  push.start(draft, remembered({ files: [{ path: 'model.onnx', sha256: 'b'.repeat(64), size }] }));
  const { error, canContinue } = await until(push, 'failed');
  expect(error.message).toContain('model.onnx is another file');
  expect([offsets, canContinue, kept()]).toEqual([[], true, null]);
});

test('paused, nothing is sent; cancelled, nothing is kept', async () => {
  const { port, offsets, kept } = world();
  const push = createPush(port);
  const unsubscribe = push.subscribe(() => {
    if (push.state().step !== 'sending') return;
    unsubscribe();
    push.pause();
  });
  push.start(draft, null);
  await vi.waitFor(() => expect(push.state()).toMatchObject({ step: 'sending', isPaused: true }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(offsets).toEqual([]);
  push.cancel();
  expect([push.state(), kept()]).toEqual([{ step: 'idle' }, null]);
});

test('a model that cannot be served ends the upload; a session that has ended does not', async () => {
  const bad = world({ commit: () => Promise.reject(new ClusterError('MODEL_INVALID', 'no ONNX file')) });
  const push = createPush(bad.port);
  push.start(draft, null);
  expect((await until(push, 'failed')).canContinue).toBe(false);
  let answers = 0;
  const ended = world({
    commit: () => {
      answers += 1;
      return answers === 1
        ? Promise.reject(new ClusterError('UNAUTHENTICATED', 'sign in'))
        : Promise.resolve({ version: 4, deployed: false });
    },
  });
  const second = createPush(ended.port);
  second.start(draft, null);
  expect((await until(second, 'failed')).canContinue).toBe(true);
  expect(ended.kept()).not.toBeNull();
  second.proceed();
  expect(await until(second, 'done')).toMatchObject({ version: 4 });
});

test('a commit whose answer was lost is found by what it made', async () => {
  let tries = 0;
  const { port } = world({
    commit: () => {
      tries += 1;
      return Promise.reject(
        tries === 1
          ? new ClusterError('CONTROL_PLANE_UNAVAILABLE', 'the answer was lost')
          : new ClusterError('NOT_FOUND', 'it was committed'),
      );
    },
    findVersion: async (model, manifest) =>
      model === 'iris' && manifest.includes(sha256) ? { version: 7, deployed: false } : null,
  });
  const push = createPush(port);
  push.start(draft, null);
  await until(push, 'committing');
  push.tryNow();
  await vi.waitFor(() => push.tryNow());
  await vi.waitFor(() => expect(push.state()).toMatchObject({ step: 'done', version: 7 }), 5_000);
});
