import type { Model, ModelVersion } from '@cluster-ai/contract/api/models.ts';
import type { GatewayStatus } from '@cluster-ai/contract/api/system.ts';
import { modelId } from '../snapshots/index.ts';
import type { ModelRecord, VersionRecord } from './store.ts';

/** A model as the API shows it: what is wanted, and what the connected gateways report about it. */
export function presentModel(record: ModelRecord, gateways: readonly GatewayStatus[]): Model {
  return {
    name: record.model.name,
    description: record.model.description,
    createdAt: record.model.created_at.toISOString(),
    aliases: { ...record.aliases },
    versions: record.versions.map((version) => presentVersion(version, gateways)),
  };
}

export function presentVersion({ row, files }: VersionRecord, gateways: readonly GatewayStatus[]): ModelVersion {
  const id = modelId(row.model, row.version);
  const observed = gateways
    .filter((gateway) => gateway.connected)
    .flatMap(({ gateway, report }) =>
      report.models
        .filter((model) => model.id === id && model.digest === row.digest)
        .map((model) => Object.assign({ gateway }, model)),
    );
  return {
    version: row.version,
    digest: row.digest,
    files: [...files],
    sizeBytes: files.reduce((sum, file) => sum + file.size, 0),
    signature: row.signature,
    settings: row.settings,
    source: row.source,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    observed,
  };
}
