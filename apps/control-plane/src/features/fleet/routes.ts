import { fetchModelFile, reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { sendFile } from './send-file.ts';
import { upsertReport } from './store.ts';

/** What gateways ask for and tell. */
export function fleetRoutes(register: Register, plane: Plane): void {
  register(reportGateway, async ({ body }) => {
    plane.reports.set(body.gateway, { report: body, seenAtMs: plane.clock.wallMs() });
    await plane.store.note((query) => upsertReport(query, body));
    return { accepted: true as const };
  });

  register(fetchModelFile, async ({ params, request, reply }) =>
    sendFile(plane.files.pathOf(params.sha256), params.sha256, request, reply),
  );
}
