import { fetchModelFile, reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import { gatewayReportSchema } from '@cluster-ai/contract/telemetry.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { sendFile } from './send-file.ts';
import { upsertReport } from './store.ts';

/** What gateways ask for and tell. */
export function fleetRoutes(register: Register, plane: Plane): void {
  register(reportGateway, async ({ body }) => {
    const report = gatewayReportSchema.parse(body);
    plane.reports.set(report.gateway, { report, seenAtMs: plane.clock.wallMs() });
    await plane.store.note((query) => upsertReport(query, report));
    return { accepted: true as const };
  });

  register(fetchModelFile, async ({ params, request, reply }) =>
    sendFile(plane.files.pathOf(params.sha256), params.sha256, request, reply),
  );
}
