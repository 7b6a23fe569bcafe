import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { mockEndpoint } from '../endpoint.ts';
import { mockOverview } from '../fleet.ts';

export const systemEndpoints = [mockEndpoint(getOverview, ({ state }) => mockOverview(state.scenario, Date.now()))];
