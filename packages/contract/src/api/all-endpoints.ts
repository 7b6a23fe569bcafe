import * as audit from './audit.ts';
import type { Endpoint } from './endpoint.ts';
import * as events from './events.ts';
import * as fleet from './fleet.ts';
import * as keys from './keys.ts';
import * as models from './models.ts';
import * as routes from './routes.ts';
import * as session from './session.ts';
import * as settings from './settings.ts';
import * as system from './system.ts';
import * as traffic from './traffic.ts';
import * as uploads from './uploads.ts';
import * as users from './users.ts';

const modules = [models, routes, uploads, system, traffic, events, keys, users, session, settings, audit, fleet];

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Every operation of the control API, in the order in which documents show them. */
export const allEndpoints: readonly Endpoint[] = modules.flatMap((module) =>
  Object.values<unknown>(module)
    .filter(isEndpoint)
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)),
);

function placeOf({ path, method }: Endpoint): string {
  return `${path} ${methods.indexOf(method)}`;
}

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === 'object' && value !== null && 'access' in value && 'answer' in value;
}
