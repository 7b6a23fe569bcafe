import { fetchModelFile, reportGateway } from '@cluster-ai/contract/api/fleet.ts';
import { gatewayReportSchema } from '@cluster-ai/contract/telemetry.ts';
import * as system from '@cluster-ai/contract/api/system.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { foldTraffic } from '../traffic/index.ts';
import { foldKeyUsage, selectUsageTotals } from '../keys/index.ts';
import { upsertBatching } from './batching-store.ts';
import { listGateways } from './list-gateways.ts';
import { sendFile } from './send-file.ts';
import { upsertReport } from './store.ts';

/** What gateways ask for and tell, and what is known of them. */
export function fleetRoutes(register: Register, plane: Plane): void {
  register(reportGateway, async ({ body }) => {
    const report = gatewayReportSchema.parse(body);
    plane.reports.set(report.gateway, { report, seenAtMs: plane.clock.wallMs() });
    const { counters } = body;
    return plane.store.note(async (query) => {
      await upsertReport(query, report);
      if (body.batching !== undefined) await upsertBatching(query, report.gateway, body.batching);
      await foldKeyUsage(query, report, body.keyUsage ?? []);
      return {
        accepted: true as const,
        wantsAllCounters: counters === undefined ? false : await foldTraffic(query, { ...report, counters }),
        keyUsage: await selectUsageTotals(query),
        logLevel: plane.settings.current.log_level,
      };
    });
  });

  register(system.listGateways, ({ query: request }) => plane.store.read((query) => listGateways(query, request)));

  register(fetchModelFile, async ({ params, request, reply }) =>
    sendFile(plane.files.pathOf(params.sha256), params.sha256, request, reply),
  );
}
