import type { DescribedVersion, Model, ModelVersion, WholeVersion } from '@cluster-ai/contract/api/models.ts';
import type { GatewayStatus } from '@cluster-ai/contract/api/system.ts';
import { modelId } from '../snapshots/index.ts';
import type { ModelRecord, VersionRecord, VersionRow } from './store.ts';

/** What the connected gateways report about versions. */
export type Observations = (version: VersionRow) => ModelVersion['observed'];

export function observationsOf(gateways: readonly GatewayStatus[]): Observations {
  const reported = gateways
    .filter((gateway) => gateway.connected)
    .flatMap(({ gateway, report }) => report.models.map((model) => Object.assign({ gateway }, model)));
  const byId = Map.groupBy(reported, (model) => model.id);
  return ({ model, version, digest }) =>
    (byId.get(modelId(model, version)) ?? []).filter((observed) => observed.digest === digest);
}

/** A model as the API shows it: what is wanted, and what the connected gateways report about it. */
export function presentModel(record: ModelRecord, observations: Observations): Model {
  const { model } = record;
  return {
    name: model.name,
    description: model.description,
    createdAt: model.created_at.toISOString(),
    revision: model.revision,
    updatedAt: model.updated_at.toISOString(),
    updatedBy: model.updated_by,
    aliases: { ...record.aliases },
    versionCount: record.versionCount,
    lastVersionAt: record.lastVersionAt?.toISOString() ?? null,
    versions: record.versions.map((version) => presentVersion(version, observations)),
    route: record.route,
  };
}

function presentVersion(row: VersionRow, observations: Observations): ModelVersion {
  return {
    version: row.version,
    digest: row.digest,
    fileCount: row.file_count,
    sizeBytes: Number(row.size_bytes),
    signature: row.signature,
    settings: row.settings,
    source: row.source,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    observed: observations(row),
  };
}

/** A version with what people say about it. */
export function presentDescribedVersion(row: VersionRow, observations: Observations): DescribedVersion {
  return {
    ...presentVersion(row, observations),
    notes: row.notes,
    lineage: row.lineage,
    revision: row.revision,
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
  };
}

export function presentWholeVersion({ row, files }: VersionRecord, observations: Observations): WholeVersion {
  return { ...presentDescribedVersion(row, observations), files: [...files] };
}
