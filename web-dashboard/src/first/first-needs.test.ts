import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { endpointUrl } from '@cluster-ai/contract/api/client.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { listKeys } from '@cluster-ai/contract/api/keys.ts';
import { getModel, getModelBatching, getVersion, listModels, listVersions } from '@cluster-ai/contract/api/models.ts';
import { getRoute, listRoutes } from '@cluster-ai/contract/api/routes.ts';
import { listSettings } from '@cluster-ai/contract/api/settings.ts';
import { listUsers } from '@cluster-ai/contract/api/users.ts';
import { expect, test } from 'vitest';
import { listQueryOf } from '../table/list-query.ts';
import { firstNeeds } from './first-needs.ts';

const first = listQueryOf({ filter: undefined, sort: undefined, cursor: undefined });

function needsOf(address: string) {
  const { pathname, search } = new URL(address, 'http://localhost');
  return firstNeeds({ pathname, search });
}

/** As the client of the dashboard writes it. */
function path<E extends Endpoint>(target: E, input: Parameters<typeof endpointUrl<E>>[2]): string {
  return endpointUrl('', target, input).replace('/api/v1', '');
}

const iris = { name: 'iris' };
const version = (number: number) => path(getVersion, { params: { name: 'iris', version: number } });

test.each([
  ['/', 'overview', []],
  ['/models', 'models', [path(listModels, { query: first })]],
  ['/routes', 'routes', [path(listRoutes, { query: first })]],
  ['/keys?do=create', 'keys', [path(listKeys, { query: first })]],
  ['/users', 'users', [path(listUsers, { query: first })]],
  ['/audit', 'audit', [path(listAudit, { query: first })]],
  ['/settings', 'settings', [path(listSettings, {})]],
  ['/gateways', 'gateways', []],
  ['/playground?model=iris', 'playground', []],
  ['/routes/iris', 'route', [path(getRoute, { params: iris })]],
  ['/models/iris', 'model', [path(getModel, { params: iris }), path(listVersions, { params: iris, query: first })]],
  [
    '/models/iris?tab=batching&version=3',
    'model',
    [path(getModel, { params: iris }), path(getModelBatching, { params: iris })],
  ],
  ['/models/iris?tab=aliases', 'model', [path(getModel, { params: iris })]],
  ['/models/iris/versions/3', 'modelVersion', [path(getModel, { params: iris }), version(3)]],
  ['/models/iris/compare?versions=3%2C5', 'modelCompare', [path(getModel, { params: iris }), version(3), version(5)]],
])('%s needs the code of %s, and the calls that its page makes first', (address, page, calls) => {
  expect(needsOf(address)).toEqual({ page, calls });
});

test('a shared list is asked for as it was shared', () => {
  const query = listQueryOf({ filter: 'iris state=ready', sort: '-versions', cursor: 'abc' });
  const { search } = new URL(path(listModels, { query }), 'http://localhost');
  const shared = new URLSearchParams(search);
  shared.delete('limit');
  expect(needsOf(`/models?range=1h&${shared.toString()}`)?.calls).toEqual([path(listModels, { query })]);
});

test.each(['/sign-in', '/setup', '/invite', '/nowhere', '/models/iris/versions/0', '/models/a%2Fb', '/models/a/b/c/d'])(
  '%s: nothing is asked for before its page does',
  (address) => {
    expect(needsOf(address)).toBeUndefined();
  },
);
