import type { createUpload, Upload } from '@cluster-ai/contract/api/uploads.ts';
import { canonicalManifest } from '@cluster-ai/contract/manifest.ts';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import { totalBytes, type ChosenFile } from './chosen-files.ts';
import { createGate } from './gate.ts';
import { makePace } from './pace.ts';
import { isUnderWay, type PushDraft, type PushState } from './push-state.ts';
import type { RememberedUpload } from './remembered-upload.ts';
import { announcedBytes, receivedBytes, sendFiles, type HashedFile } from './send-files.ts';

/** Waits between tries to finish an upload whose answer was lost, milliseconds. */
const commitDelaysMs = [1_000, 3_000, 10_000, 30_000];

export interface Committed {
  readonly version: number;
  readonly deployed: boolean;
}

/** What a push needs of the world; the browser's own is in `browser-push.ts`. */
export interface PushPort {
  hash(file: File, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<string>;
  create(body: z.input<typeof createUpload.body>, signal: AbortSignal): Promise<Upload>;
  read(id: string, signal: AbortSignal): Promise<Upload>;
  append(upload: Upload, sha256: string, offset: number, bytes: ArrayBuffer, signal: AbortSignal): Promise<Upload>;
  commit(id: string): Promise<Committed>;
  /** The version that was made of these files, when the answer of the commit was lost. */
  findVersion(model: string, manifest: string): Promise<Committed | null>;
  remember(upload: RememberedUpload): void;
  forget(): void;
  nowMs(): number;
}

/** One push at a time; it goes on while other pages are looked at. */
export interface Push {
  readonly state: () => PushState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Begins one; `remembered` is an upload to go on with. */
  readonly start: (draft: PushDraft, remembered: RememberedUpload | null) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Ends a wait for a lost connection. */
  readonly tryNow: () => void;
  /** Takes a push that has failed up again, with the files that are there still. */
  readonly proceed: () => void;
  /** Stops and forgets it. What has been sent expires on the server. */
  readonly cancel: () => void;
  /** After the end: ready for the next. */
  readonly clear: () => void;
}

interface Run {
  readonly draft: PushDraft;
  readonly abort: AbortController;
  /** What to go on with. */
  remembered: RememberedUpload | null;
  hashed: readonly HashedFile[] | null;
}

export function createPush(port: PushPort): Push {
  const listeners = new Set<() => void>();
  const gate = createGate();
  let state: PushState = { step: 'idle' };
  let run: Run | null = null;
  const show = (next: PushState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const go = (next: Run) => {
    run = next;
    gate.resume();
    // A run that was cancelled shows nothing any more.
    const showOf = (shown: PushState) => {
      if (run === next) show(shown);
    };
    perform(port, gate, next, showOf).catch((thrown: unknown) => {
      if (next.abort.signal.aborted) return;
      const error = thrown instanceof Error ? thrown : toClusterError(thrown);
      const canContinue = next.remembered !== null;
      showOf({ step: 'failed', model: next.draft.model, error, canContinue });
    });
  };
  const setPaused = (isPaused: boolean) => {
    if (isPaused) gate.pause();
    else gate.resume();
    if (state.step === 'sending') show({ ...state, isPaused, pace: null });
  };
  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: (draft, remembered) => go({ draft, remembered, hashed: null, abort: new AbortController() }),
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    tryNow: () => gate.hurry(),
    proceed: () => {
      if (run !== null && state.step === 'failed') go({ ...run, abort: new AbortController() });
    },
    cancel: () => {
      run?.abort.abort(new DOMException('the push was cancelled', 'AbortError'));
      run = null;
      port.forget();
      show({ step: 'idle' });
    },
    clear: () => {
      if (isUnderWay(state)) return;
      run = null;
      show({ step: 'idle' });
    },
  };
}

async function perform(
  port: PushPort,
  gate: ReturnType<typeof createGate>,
  run: Run,
  show: (state: PushState) => void,
): Promise<void> {
  const { model } = run.draft;
  const { signal } = run.abort;
  const files = run.hashed ?? (await hashFiles(port, run, show));
  run.hashed = files;
  const upload = await announce(port, run, files);
  const total = announcedBytes(upload);
  const pace = makePace(total);
  const sending = (present: Upload) => ({
    step: 'sending' as const,
    model,
    bytes: receivedBytes(present),
    totalBytes: total,
    pace: pace(receivedBytes(present), port.nowMs()),
    isPaused: gate.isPaused,
    trouble: null,
  });
  let last = sending(upload);
  show(last);
  await sendFiles(
    upload,
    files,
    {
      append: async (present, sha256, offset, bytes) => {
        await gate.pass(signal);
        return port.append(present, sha256, offset, bytes, signal);
      },
      read: ({ id }) => port.read(id, signal),
      wait: (delayMs) => gate.wait(delayMs, signal),
      nowMs: () => port.nowMs(),
    },
    {
      onProgress: (present) => {
        last = sending(present);
        show(last);
      },
      onTrouble: (trouble) => {
        const retryAtMs = port.nowMs() + (trouble?.delayMs ?? 0);
        show({ ...last, pace: null, trouble: trouble === null ? null : { error: trouble.error, retryAtMs } });
      },
    },
  );
  show({ step: 'committing', model });
  const committed = await commit(port, gate, run, upload);
  port.forget();
  run.remembered = null;
  show({ step: 'done', model, ...committed });
}

async function hashFiles(port: PushPort, run: Run, show: (state: PushState) => void): Promise<HashedFile[]> {
  const { model, files } = run.draft;
  const total = totalBytes(files.map(({ file }) => file));
  const hashed: HashedFile[] = [];
  let before = 0;
  show({ step: 'reading', model, bytes: 0, totalBytes: total });
  for (const chosen of files) {
    const onBytes = (bytes: number) => show({ step: 'reading', model, bytes: before + bytes, totalBytes: total });
    const sha256 = await port.hash(chosen.file, onBytes, run.abort.signal);
    assertSameFile(run.remembered, chosen, sha256);
    hashed.push({ ...chosen, sha256 });
    before += chosen.file.size;
  }
  return hashed;
}

/** @throws ClusterError INVALID_ARGUMENT for a file whose content is another than when the upload began. */
function assertSameFile(remembered: RememberedUpload | null, { path }: ChosenFile, sha256: string): void {
  const before = remembered?.files.find((file) => file.path === path);
  if (before === undefined || before.sha256 === sha256) return;
  throw new ClusterError('INVALID_ARGUMENT', `${path} is another file than the one that this upload began with`, {
    fix: 'choose the same file, or discard the upload and begin a new one',
  });
}

async function announce(port: PushPort, run: Run, files: readonly HashedFile[]): Promise<Upload> {
  const { model, description, notes, lineage, deploy } = run.draft;
  const { signal } = run.abort;
  if (run.remembered !== null) return goOn(port, run, run.remembered, signal);
  const manifest = files.map(({ path, sha256, file }) => ({ path, sha256, size: file.size }));
  const upload = await port.create({ model, files: manifest, description, notes, lineage, deploy }, signal);
  run.remembered = { id: upload.id, model, deploy, startedAtMs: port.nowMs(), files: manifest };
  port.remember(run.remembered);
  return upload;
}

async function goOn(port: PushPort, run: Run, { id }: RememberedUpload, signal: AbortSignal): Promise<Upload> {
  try {
    return await port.read(id, signal);
  } catch (thrown) {
    if (thrown instanceof ClusterError && thrown.code === 'NOT_FOUND') {
      port.forget();
      run.remembered = null;
    }
    throw thrown;
  }
}

async function commit(
  port: PushPort,
  gate: ReturnType<typeof createGate>,
  run: Run,
  { id, model, files }: Upload,
): Promise<Committed> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await port.commit(id);
    } catch (thrown) {
      const error = toClusterError(thrown);
      const delayMs = commitDelaysMs[attempt];
      if (error.retryable && delayMs !== undefined) {
        await gate.wait(delayMs, run.abort.signal);
        continue;
      }
      // An earlier try may have come through, and only its answer was lost.
      const made = attempt > 0 && isGone(error) ? await port.findVersion(model, canonicalManifest(files)) : null;
      if (made !== null) return made;
      if (endsUpload(error)) {
        port.forget();
        run.remembered = null;
      }
      throw thrown;
    }
  }
}

/** What neither time nor signing in again can mend. */
function endsUpload({ code }: ClusterError): boolean {
  return code === 'MODEL_INVALID' || code === 'INVALID_ARGUMENT' || code === 'NOT_FOUND';
}

function isGone({ code }: ClusterError): boolean {
  return code === 'NOT_FOUND' || code === 'CONFLICT';
}
