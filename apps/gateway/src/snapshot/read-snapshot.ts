import { createHash } from 'node:crypto';
import {
  snapshotFormatVersion,
  snapshotSchema,
  type SignedSnapshot,
  type Snapshot,
} from '@cluster-ai/contract/snapshot.ts';
import { snapshotFormat1Schema } from '@cluster-ai/contract/snapshot-format-1.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/**
 * Checks and reads a snapshot of the present form or the one before it.
 * @throws ClusterError CHECKSUM_MISMATCH when the text is not what was signed, UNSUPPORTED for a form newer than this
 * program reads, INTERNAL for a text that is no snapshot.
 */
export function readSnapshot(signed: SignedSnapshot): Snapshot {
  if (createHash('sha256').update(signed.text).digest('hex') !== signed.sha256) {
    throw new ClusterError('CHECKSUM_MISMATCH', 'the snapshot text does not have the checksum that came with it');
  }
  const document = parse(signed.text);
  const format = snapshotSchema.pick({ formatVersion: true }).safeParse(document);
  if (format.success && format.data.formatVersion > snapshotFormatVersion) {
    throw new ClusterError(
      'UNSUPPORTED',
      `the snapshot has format ${format.data.formatVersion}; this gateway reads up to ${snapshotFormatVersion}: upgrade the gateway`,
    );
  }
  const schema = format.success && format.data.formatVersion === 1 ? snapshotFormat1Schema : snapshotSchema;
  const parsed = schema.safeParse(document);
  if (!parsed.success) {
    throw new ClusterError('INTERNAL', 'the snapshot does not have the agreed form', { cause: parsed.error });
  }
  return parsed.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ClusterError('INTERNAL', 'the snapshot is not JSON', { cause });
  }
}
