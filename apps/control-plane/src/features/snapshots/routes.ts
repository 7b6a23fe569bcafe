import { pollSnapshot } from '@cluster-ai/contract/api/fleet.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';

/** The long poll of gateways. */
export function snapshotRoutes(register: Register, plane: Plane): void {
  register(pollSnapshot, async ({ query, signal }) => {
    const snapshot = await plane.feed.next({ epoch: query.epoch, version: query.version }, query.waitMs, signal);
    return { snapshot: snapshot === null ? null : { text: snapshot.text, sha256: snapshot.sha256 } };
  });
}
