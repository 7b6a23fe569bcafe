import * as contract from '@cluster-ai/contract/api/models.ts';
import type { Query } from '../../database/change.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { batchingOf } from '../fleet/index.ts';
import { listAliasMoves, listModels } from './list-models.ts';
import { presentModel } from './present-model.ts';
import { readObservations } from './read-observations.ts';
import * as service from './service.ts';
import { modelState } from './state.ts';
import { versionRoutes } from './version-routes.ts';

/** Models, their versions and aliases. */
export function modelRoutes(register: Register, plane: Plane): void {
  const { store } = plane;
  const watched = plane.config.sources.repository !== undefined;
  versionRoutes(register, plane);

  async function model(query: Query, name: string) {
    return presentModel(await service.existingModel(query, name), await readObservations(query, plane));
  }

  register(contract.listModels, async ({ query: request }) =>
    store.read(async (query) => {
      const { items, ...page } = await listModels(query, request);
      const observations = await readObservations(query, plane);
      return { ...page, items: items.map((record) => presentModel(record, observations)) };
    }),
  );

  register(contract.getModelBatching, ({ params: { name } }) =>
    store.read(async (query) => {
      await service.assertModelExists(query, name);
      return { versions: await batchingOf(query, name, plane.clock.wallMs()) };
    }),
  );

  register(contract.getModel, ({ params }) => store.read((query) => model(query, params.name)));

  register(
    contract.updateModel,
    async ({ params, body, caller }) => {
      const { value } = await store.change(caller, async (change) => {
        await service.updateModel(change, params.name, body.description);
        return model(change.query, params.name);
      });
      return value;
    },
    { state: modelState },
  );

  register(
    contract.deleteModel,
    async ({ params, caller }) => {
      const { value } = await store.change(caller, (change) => service.deleteModel(change, params.name, watched));
      return { deleted: params.name, versions: value };
    },
    { state: modelState },
  );

  register(
    contract.setAlias,
    async ({ params, body, caller }) => {
      const { value } = await store.change(caller, async (change) => {
        await service.setAlias(change, params.name, params.alias, body.version);
        return model(change.query, params.name);
      });
      return value;
    },
    { state: modelState },
  );

  register(
    contract.deleteAlias,
    async ({ params, caller }) => {
      const { value } = await store.change(caller, async (change) => {
        await service.deleteAlias(change, params.name, params.alias);
        return model(change.query, params.name);
      });
      return value;
    },
    { state: modelState },
  );

  register(contract.listAliasHistory, async ({ params, query: request }) =>
    store.read(async (query) => {
      await service.assertModelExists(query, params.name);
      const { items, ...page } = await listAliasMoves(query, params.name, request);
      const moves = items.map(({ id, alias, version, previous, at, actor }) => ({
        id: Number(id),
        alias,
        version,
        previous,
        at: at.toISOString(),
        by: actor,
      }));
      return { ...page, items: moves };
    }),
  );
}
