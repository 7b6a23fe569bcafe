import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as keys from '@cluster-ai/contract/api/keys.ts';
import * as routes from '@cluster-ai/contract/api/routes.ts';
import * as users from '@cluster-ai/contract/api/users.ts';
import { startPostgres, type PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pushModel, sha256, startPlane, type RunningPlane } from '../../integration/control-plane/fixture.ts';
import { addModel } from '../../integration/control-plane/test-models.ts';
import { runSchemathesis, type Caller, type SchemathesisRun } from './run-schemathesis.ts';

// Every answer of the control API is one that its own OpenAPI document allows, and none is a defect (500), whoever asks.

/** Fewer would mean that the document has lost some: it has 58, and four are left out. */
const operationsMin = 53;

let postgres: PostgresServer;
let plane: RunningPlane;
let known: Caller['known'];

beforeAll(async () => {
  postgres = await startPostgres(18);
  plane = await startPlane(await postgres.createDatabase());
  known = await fill();
});

afterAll(async () => {
  await plane.remove();
  await postgres.remove();
});

/** Something of each kind, so that a request can meet more than "not found". */
async function fill(): Promise<Caller['known']> {
  const file = addModel(1);
  await pushModel(plane, 'adder', [file]);
  await pushModel(plane, 'adder', [addModel(2)]);
  await callEndpoint(plane.admin, routes.putRoute, {
    params: { name: 'main' },
    body: { policy: { kind: 'latest', model: 'adder' } },
  });
  const { user } = await callEndpoint(plane.admin, users.inviteUser, {
    body: { email: 'somebody@example.test', role: 'viewer' },
  });
  const { key } = await callEndpoint(plane.admin, keys.createKey, { body: { name: 'spare' } });
  return {
    'path.name': ['adder', 'main'],
    'path.id': [user.id, key.id],
    'path.sha256': [sha256(file.bytes)],
    'path.alias': ['stable'],
  };
}

async function tokenWith(...actions: ('read' | 'operate')[]): Promise<string> {
  const { secret } = await callEndpoint(plane.admin, keys.createKey, { body: { name: actions.join(' '), actions } });
  return secret;
}

async function call(title: string, token: string | null, casesPerOperation: number): Promise<SchemathesisRun> {
  const run = await runSchemathesis(plane.url, { token, casesPerOperation, known });
  const counts = `${run.operations} operations, ${run.cases} requests, ${run.refused.length} always refused`;
  console.log(`${title}: ${counts}, ${/^Seed: \d+$/m.exec(run.output)?.[0] ?? 'no seed'}`);
  if (run.exitCode !== 0) throw new Error(`schemathesis ended with ${run.exitCode}:\n${run.output}`);
  expect(run.operations).toBeGreaterThanOrEqual(operationsMin);
  // Some operations have no parameters: one request is all that can be made up for them.
  expect(run.cases).toBeGreaterThan((operationsMin * casesPerOperation) / 2);
  return run;
}

const ofGateways = ['GET /api/v1/fleet/files/{sha256}', 'POST /api/v1/fleet/report'];
const ofOperators = ['POST /api/v1/keys', 'PUT /api/v1/routes/{name}'];
const ofAdministrators = ['GET /api/v1/users', 'PUT /api/v1/settings/{name}'];

// The administrator comes last, and may delete what the others asked for.

test('without a credential', async () => {
  const { refused } = await call('nobody', null, 2);
  expect(refused).toEqual(expect.arrayContaining([...ofGateways, ...ofOperators, ...ofAdministrators]));
});

test('for a viewer', async () => {
  const { refused } = await call('viewer', await tokenWith('read'), 2);
  expect(refused).toEqual(expect.arrayContaining([...ofGateways, ...ofOperators, ...ofAdministrators]));
  expect(refused).not.toContain('GET /api/v1/models/{name}');
});

test('for an operator', async () => {
  const { refused } = await call('operator', await tokenWith('read', 'operate'), 3);
  expect(refused).toEqual(expect.arrayContaining([...ofGateways, ...ofAdministrators]));
  for (const operation of ofOperators) expect(refused).not.toContain(operation);
});

test('for a gateway', async () => {
  const { refused } = await call('gateway', plane.gateway.token, 2);
  for (const operation of ofGateways) expect(refused).not.toContain(operation);
});

test('for the administrator', async () => {
  const { refused } = await call('administrator', plane.admin.token, 10);
  expect(refused.toSorted()).toEqual(ofGateways);
});
