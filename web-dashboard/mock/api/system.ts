import { getTraffic } from '@cluster-ai/contract/api/traffic.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { mockEndpoint } from '../endpoint.ts';
import { mockOverview } from '../fleet.ts';
import { mockTraffic } from '../traffic.ts';

export const systemEndpoints = [
  mockEndpoint(getOverview, ({ state }) => mockOverview(state.scenario, Date.now())),
  mockEndpoint(getTraffic, ({ state, query }) => mockTraffic(state.scenario, query, Date.now())),
];
