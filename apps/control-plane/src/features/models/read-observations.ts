import type { Query } from '../../database/change.ts';
import type { Plane } from '../../plane.ts';
import { gatewayStatuses } from '../fleet/index.ts';
import { observationsOf } from './present-model.ts';
import type { Observations } from './present-model.ts';

/** What the gateways report about versions at present. */
export async function readObservations(query: Query, plane: Plane): Promise<Observations> {
  return observationsOf(await gatewayStatuses(query, plane.clock.wallMs()));
}
