import { sha256, signed, snapshotModel, snapshotOf } from '@cluster-ai/testkit/snapshot-models.ts';
import { describe, expect, it } from 'vitest';
import { readSnapshot } from './read-snapshot.ts';

describe('reading a snapshot', () => {
  it('gives what was signed', () => {
    const snapshot = snapshotOf(7, [snapshotModel('iris', 3)], []);
    expect(readSnapshot(signed(snapshot))).toEqual(snapshot);
  });

  it.each([
    ['an empty text', '', 'the snapshot is not JSON'],
    ['a text that was cut', '{"formatVersion":2,', 'the snapshot is not JSON'],
    ['JSON of something else', '[]', 'the snapshot does not have the agreed form'],
  ])('refuses %s with the right checksum, in words of the error table', (_what, text, message) => {
    expect(() => readSnapshot({ text, sha256: sha256(text) })).toThrow(
      expect.objectContaining({ name: 'ClusterError', code: 'INTERNAL', message }),
    );
  });

  it('refuses a text whose checksum is another', () => {
    expect(() => readSnapshot({ text: '{}', sha256: sha256('{ }') })).toThrow(
      expect.objectContaining({ code: 'CHECKSUM_MISMATCH' }),
    );
  });
});
