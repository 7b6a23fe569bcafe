import * as contract from '@cluster-ai/contract/api/models.ts';
import { pageOf } from '../../http/paging.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { gatewayStatuses } from '../fleet/index.ts';
import { presentModel } from './present-model.ts';
import { deleteAlias, deleteModel, deleteVersion, existingModel, setAlias } from './service.ts';
import { selectModels } from './store.ts';

/** Models, their versions and aliases. */
export function modelRoutes(register: Register, plane: Plane): void {
  const { store } = plane;
  const watched = plane.config.sources.repository !== undefined;

  register(contract.listModels, async ({ query }) => {
    return store.read(async (database) => {
      const records = await selectModels(database, query.cursor ?? '', query.limit + 1);
      const gateways = await gatewayStatuses(database, plane.clock.wallMs());
      return pageOf(
        records.map((record) => presentModel(record, gateways)),
        query.limit,
        (model) => model.name,
      );
    });
  });

  register(contract.getModel, async ({ params }) => {
    return store.read(async (database) =>
      presentModel(await existingModel(database, params.name), await gatewayStatuses(database, plane.clock.wallMs())),
    );
  });

  register(contract.deleteModel, async ({ params, caller }) => {
    const { value } = await store.change(caller, (change) => deleteModel(change, params.name, watched));
    return { deleted: params.name, versions: value };
  });

  register(contract.deleteModelVersion, async ({ params, caller }) => {
    await store.change(caller, (change) => deleteVersion(change, params.name, params.version, watched));
    return { deleted: `${params.name}@${params.version}` };
  });

  register(contract.setAlias, async ({ params, body, caller }) => {
    const { value } = await store.change(caller, async (change) => {
      await setAlias(change, params.name, params.alias, body.version);
      return presentModel(
        await existingModel(change.query, params.name),
        await gatewayStatuses(change.query, plane.clock.wallMs()),
      );
    });
    return value;
  });

  register(contract.deleteAlias, async ({ params, caller }) => {
    const { value } = await store.change(caller, async (change) => {
      await deleteAlias(change, params.name, params.alias);
      return presentModel(
        await existingModel(change.query, params.name),
        await gatewayStatuses(change.query, plane.clock.wallMs()),
      );
    });
    return value;
  });
}
