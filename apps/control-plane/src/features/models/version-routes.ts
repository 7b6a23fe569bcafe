import * as contract from '@cluster-ai/contract/api/models.ts';
import type { Query } from '../../database/change.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { listVersions } from './list-models.ts';
import { presentDescribedVersion, presentWholeVersion } from './present-model.ts';
import { readObservations } from './read-observations.ts';
import * as service from './service.ts';
import { versionState } from './state.ts';

/** The versions of a model, and what people say about them. */
export function versionRoutes(register: Register, plane: Plane): void {
  const { store } = plane;
  const watched = plane.config.sources.repository !== undefined;

  async function version(query: Query, name: string, number: number) {
    const record = await service.existingVersion(query, name, number);
    return presentWholeVersion(record, await readObservations(query, plane));
  }

  register(contract.listVersions, async ({ params, query: request }) =>
    store.read(async (query) => {
      await service.assertModelExists(query, params.name);
      const { items, ...page } = await listVersions(query, params.name, request);
      const observations = await readObservations(query, plane);
      return { ...page, items: items.map((row) => presentDescribedVersion(row, observations)) };
    }),
  );

  register(contract.getVersion, ({ params }) => store.read((query) => version(query, params.name, params.version)));

  register(
    contract.updateVersion,
    async ({ params, body, caller }) => {
      const { value } = await store.change(caller, async (change) => {
        await service.updateVersion(change, params.name, params.version, body);
        return version(change.query, params.name, params.version);
      });
      return value;
    },
    { state: versionState },
  );

  register(contract.resetVersion, async ({ params, caller }) => {
    const { value } = await store.change(caller, async (change) => {
      await service.resetVersion(change, params.name, params.version);
      return version(change.query, params.name, params.version);
    });
    return value;
  });

  register(
    contract.deleteModelVersion,
    async ({ params, caller }) => {
      await store.change(caller, (change) => service.deleteVersion(change, params.name, params.version, watched));
      return { deleted: `${params.name}@${params.version}` };
    },
    { state: versionState },
  );
}
