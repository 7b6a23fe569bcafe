import { importModel as importModelEndpoint } from '@cluster-ai/contract/api/uploads.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { presentRegistered } from '../models/index.ts';
import { parseAllowList } from './allow-list.ts';
import { importModel } from './import-model.ts';

/** How long the connection of the caller may be silent beyond the fetch itself. */
const graceMs = 60_000;

/** Models that are fetched from elsewhere. */
export function sourceRoutes(register: Register, plane: Plane): void {
  const allowed = parseAllowList(plane.config.sources.httpsAllow);

  register(importModelEndpoint, async ({ body, caller, signal, request }) => {
    // The caller hears nothing while the file is being fetched.
    request.raw.socket.setTimeout(plane.config.sources.httpsTimeoutMs + graceMs);
    return presentRegistered(await importModel(plane, caller, body, allowed, signal));
  });
}
