import {
  deleteAlias,
  deleteModel,
  deleteModelVersion,
  getModel,
  getModelBatching,
  getVersion,
  listAliasHistory,
  listModels,
  listVersions,
  resetVersion,
  setAlias,
  updateModel,
  updateVersion,
  type Model,
} from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mockEndpoint } from '../endpoint.ts';
import { mockBatching } from '../batching.ts';
import { mockModels, mockRoutes } from '../models.ts';
import { onePage } from '../one-page.ts';
import type { MockState } from '../state.ts';
import { wholeVersion } from '../whole-version.ts';

/** Changes are answered as if they were made, and forgotten. */
export const modelEndpoints = [
  mockEndpoint(listModels, ({ state }) => onePage(state.scenario === 'empty' ? [] : mockModels.map(withRoute))),
  mockEndpoint(getModel, ({ params, state }) => found(params.name, state)),
  mockEndpoint(getModelBatching, ({ params, state }) => ({
    versions: mockBatching(state.scenario, found(params.name, state).name, Date.now()),
  })),
  mockEndpoint(updateModel, ({ params, body, state }) => ({ ...found(params.name, state), ...body })),
  mockEndpoint(deleteModel, ({ params, state }) => ({
    deleted: params.name,
    versions: found(params.name, state).versionCount,
  })),
  mockEndpoint(listVersions, ({ params, state }) => onePage(found(params.name, state).versions.map(wholeVersion))),
  mockEndpoint(getVersion, ({ params, state }) => foundVersion(params.name, params.version, state)),
  mockEndpoint(updateVersion, ({ params, body: { notes, lineage }, state }) => {
    const version = foundVersion(params.name, params.version, state);
    return { ...version, notes: notes ?? version.notes, lineage: lineage ?? version.lineage };
  }),
  mockEndpoint(resetVersion, ({ params, state }) => foundVersion(params.name, params.version, state)),
  mockEndpoint(deleteModelVersion, ({ params }) => ({ deleted: `${params.name}@${params.version}` })),
  mockEndpoint(setAlias, ({ params, body, state }) => {
    const model = found(params.name, state);
    return { ...model, aliases: { ...model.aliases, [params.alias]: body.version } };
  }),
  mockEndpoint(deleteAlias, ({ params, state }) => {
    const model = found(params.name, state);
    const kept = Object.entries(model.aliases).filter(([alias]) => alias !== params.alias);
    return { ...model, aliases: Object.fromEntries(kept) };
  }),
  mockEndpoint(listAliasHistory, ({ params, state }) => onePage(movesOf(found(params.name, state)))),
];

function found(name: string, state: MockState): Model {
  const model = state.scenario === 'empty' ? undefined : mockModels.find((entry) => entry.name === name);
  if (model === undefined) throw new ClusterError('MODEL_NOT_FOUND', `there is no model '${name}'`);
  return withRoute(model);
}

function foundVersion(name: string, number: number, state: MockState) {
  const version = found(name, state).versions.find((entry) => entry.version === number);
  if (version === undefined) throw new ClusterError('MODEL_NOT_FOUND', `model '${name}' has no version ${number}`);
  return wholeVersion(version);
}

function withRoute(model: Model): Model {
  return { ...model, route: mockRoutes.find(({ name }) => name === model.name) ?? null };
}

function movesOf({ aliases }: Model) {
  return Object.entries(aliases).flatMap(([alias, version], index) => [
    { id: index * 2 + 2, alias, version, previous: version - 1, at: '2026-08-25T10:00:00.000Z', by: 'ana@example.com' },
    { id: index * 2 + 1, alias, version: version - 1, previous: null, at: '2026-08-24T10:00:00.000Z', by: 'admin' },
  ]);
}
