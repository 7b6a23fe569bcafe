import { createHash } from 'node:crypto';
import { canonicalManifest, type ModelSettings } from '@cluster-ai/contract/manifest.ts';
import {
  snapshotFormatVersion,
  type SignedSnapshot,
  type Snapshot,
  type SnapshotKey,
  type SnapshotModel,
  type SnapshotRoute,
} from '@cluster-ai/contract/snapshot.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';

/** A model of one FP32 input and output of `columns` columns, and rows as each request likes. */
export function rowSignature(columns: number): SnapshotModel['signature'] {
  return {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, columns] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, columns] }],
  };
}

export interface ModelOptions {
  readonly signature?: ModelSignature;
  readonly settings?: ModelSettings;
  /** Content of `model.onnx`; other content makes another digest. */
  readonly content?: string;
}

/** A model version with one file whose digests are right. */
export function snapshotModel(name: string, version: number, options: ModelOptions = {}): SnapshotModel {
  const content = options.content ?? `${name} ${version}`;
  const files = [{ path: 'model.onnx', sha256: sha256(content), size: Buffer.byteLength(content) }];
  const signature = options.signature ?? rowSignature(2);
  return {
    id: `${name}@${version}`,
    name,
    version,
    digest: sha256(canonicalManifest(files)),
    files,
    signature: { inputs: signature.inputs.map(mutable), outputs: signature.outputs.map(mutable) },
    settings: options.settings ?? {},
  };
}

/** A route by name with `[model, weight]` for each variant. */
export function snapshotRoute(
  name: string,
  variants: readonly (readonly [model: SnapshotModel, weight: number])[],
): SnapshotRoute {
  return {
    name,
    variants: variants.map(([model, weight]) => ({ modelId: model.id, weight })),
    stickyHeader: 'x-cluster-ai-unit',
  };
}

/** A key whose text is `token`: it may predict and read, without limits, unless `changes` says otherwise. */
export function snapshotKey(token: string, changes: Partial<SnapshotKey> = {}): SnapshotKey {
  return {
    id: `id-of-${token}`,
    sha256: sha256(token),
    actions: ['infer', 'read'],
    models: null,
    ratePerSecond: null,
    burst: null,
    dailyQuota: null,
    expiresAtMs: null,
    ...changes,
  };
}

export function snapshotOf(
  version: number,
  models: readonly SnapshotModel[],
  routes: readonly SnapshotRoute[],
  keys: Snapshot['keys'] = [],
): Snapshot {
  return {
    formatVersion: snapshotFormatVersion,
    epoch: 'epoch-1',
    version,
    createdAtMs: 0,
    models: [...models],
    routes: [...routes],
    keys,
    tokenIssuers: [],
  };
}

export function signed(snapshot: Snapshot): SignedSnapshot {
  const text = JSON.stringify(snapshot);
  return { text, sha256: sha256(text) };
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function mutable({
  name,
  datatype,
  shape,
}: ModelSignature['inputs'][number]): SnapshotModel['signature']['inputs'][number] {
  return { name, datatype, shape: [...shape] };
}
