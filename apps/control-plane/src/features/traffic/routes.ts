import { getTraffic } from '@cluster-ai/contract/api/traffic.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { planRange } from './plan-range.ts';
import { presentTraffic } from './present-traffic.ts';
import { readTraffic } from './read-traffic.ts';

/** The traffic history. */
export function trafficRoutes(register: Register, plane: Plane): void {
  register(getTraffic, async ({ query: asked }) => {
    const plan = planRange(asked, plane.clock.wallMs(), plane.settings.current.history_retention_days);
    const rows = await plane.store.read((query) => readTraffic(query, plan, asked));
    return presentTraffic(plan, rows, asked.groupBy);
  });
}
