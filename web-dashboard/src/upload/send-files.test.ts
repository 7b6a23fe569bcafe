import type { Upload } from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { expect, test } from 'vitest';
import { announcedBytes, receivedBytes, sendFiles, type HashedFile, type SendPort } from './send-files.ts';

const model = { path: 'model.onnx', sha256: 'a'.repeat(64), bytes: new Uint8Array(3_000_000).fill(1) };
const weights = { path: 'weights.bin', sha256: 'b'.repeat(64), bytes: new Uint8Array(700_000).fill(2) };

const files: HashedFile[] = [model, weights].map(({ path, sha256, bytes }) => ({
  path,
  sha256,
  file: new File([bytes], path),
}));

/** A server that keeps what arrives, and may lose the connection in the middle of a piece. */
function server(received: Readonly<Record<string, number>>, refusals: (ClusterError | null)[] = []) {
  const stored = new Map(Object.entries(received));
  const sent: { offset: number; bytes: number }[] = [];
  const waits: number[] = [];
  const present = (): Upload => ({
    id: '00000000-0000-4000-8000-000000000001',
    model: 'iris',
    expiresAt: '2026-09-01T00:00:00.000Z',
    files: [model, weights].map(({ path, sha256, bytes }) => ({
      path,
      sha256,
      size: bytes.length,
      receivedBytes: stored.get(path) ?? 0,
    })),
  });
  const port: SendPort = {
    append: async (_upload, sha256, offset, bytes) => {
      const path = sha256 === model.sha256 ? model.path : weights.path;
      const present0 = stored.get(path) ?? 0;
      if (offset !== present0) throw new ClusterError('CONFLICT', `continue at ${present0}`);
      sent.push({ offset, bytes: bytes.byteLength });
      const refusal = refusals.shift() ?? null;
      // Half of the piece arrives before the line is cut.
      stored.set(path, offset + (refusal === null ? bytes.byteLength : Math.floor(bytes.byteLength / 2)));
      if (refusal !== null) throw refusal;
      return present();
    },
    read: async () => present(),
    wait: async (delayMs) => void waits.push(delayMs),
    nowMs: () => 0,
  };
  return { port, present, sent, waits };
}

const quiet = { onProgress: () => undefined, onTrouble: () => undefined };
const away = () => new ClusterError('CONTROL_PLANE_UNAVAILABLE', 'the connection broke');

test('only what the server does not have is sent', async () => {
  const { port, present, sent } = server({ 'model.onnx': 2_500_000, 'weights.bin': 700_000 });
  const done = await sendFiles(present(), files, port, quiet);
  expect(sent).toEqual([{ offset: 2_500_000, bytes: 500_000 }]);
  expect(receivedBytes(done)).toBe(announcedBytes(done));
});

test('after a lost connection it goes on where the server is, and says so', async () => {
  const { port, present, sent, waits } = server({}, [null, away(), away()]);
  const troubles: (number | null)[] = [];
  const done = await sendFiles(present(), files, port, {
    ...quiet,
    onTrouble: (trouble) => troubles.push(trouble === null ? null : trouble.delayMs),
  });
  expect(receivedBytes(done)).toBe(3_700_000);
  expect(waits).toEqual([1_000, 2_000]);
  expect(troubles).toEqual([1_000, 2_000, null]);
  // Each begins where the one before has really ended, not where it was meant to.
  for (const [index, { offset }] of sent.entries()) {
    if (index === 2) expect(offset).toBeGreaterThan(sent[1]?.offset ?? 0);
  }
  const wasted = sent.reduce((sum, { bytes }) => sum + bytes, 0) - 3_700_000;
  expect(wasted).toBeLessThanOrEqual(2 * 1_024 * 1_024);
});

test('an offset that is stale is asked for again', async () => {
  const { port } = server({ 'model.onnx': 1_000 });
  const stale = server({}).present();
  expect(receivedBytes(await sendFiles(stale, files, port, quiet))).toBe(3_700_000);
});

test('what trying again cannot mend ends it', async () => {
  const { port, present, waits } = server({}, [new ClusterError('BODY_TOO_LARGE', 'too much')]);
  const tooLarge = sendFiles(present(), files, port, quiet);
  await expect(tooLarge).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  const never = Array.from({ length: 9 }, () => new ClusterError('CHECKSUM_MISMATCH', 'damaged'));
  const damaged = server({}, never);
  await expect(sendFiles(damaged.present(), files, damaged.port, quiet)).rejects.toMatchObject({
    code: 'CHECKSUM_MISMATCH',
  });
  expect(waits.length).toBeLessThan(3);
});

test('a file that is gone is no lost connection', async () => {
  const gone = new File([model.bytes], 'model.onnx');
  Object.defineProperty(gone, 'slice', {
    value: () => ({ arrayBuffer: () => Promise.reject(new Error('could not be found')) }),
  });
  const { port, present } = server({});
  await expect(
    sendFiles(present(), [{ path: 'model.onnx', sha256: model.sha256, file: gone }], port, quiet),
  ).rejects.toThrow('model.onnx cannot be read');
});
