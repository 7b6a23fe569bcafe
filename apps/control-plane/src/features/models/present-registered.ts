import type { commitUpload } from '@cluster-ai/contract/api/uploads.ts';
import type { z } from 'zod';
import type { Changed } from '../../database/change.ts';
import { presentWholeVersion } from './present-model.ts';
import type { Registered } from './register-version.ts';

/** A version that was just made, as the API shows it: no gateway has it yet. */
export function presentRegistered({
  value,
  snapshotVersion,
}: Changed<Registered>): z.input<typeof commitUpload.answer> {
  return {
    model: value.record.row.model,
    version: presentWholeVersion(value.record, () => []),
    snapshotVersion,
    deployed: value.deployed,
    route: value.route,
  };
}
