import type { WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { formatShape } from '../../ui/format.ts';

/** What a row of a comparison is about; `name` is a tensor, a file or an entry of the lineage. */
export type Subject =
  | { readonly kind: 'input' | 'output' | 'file' | 'lineage'; readonly name: string }
  | {
      readonly kind:
        | 'sizeBytes'
        | 'fileCount'
        | 'digest'
        | 'isolation'
        | 'instances'
        | 'maxBatchSize'
        | 'latencyObjectiveMs'
        | 'notes'
        | 'source'
        | 'createdBy'
        | 'createdAt';
    };

export const groups = ['signature', 'lineage', 'settings', 'files', 'about'] as const;

export type Group = (typeof groups)[number];

/** Null where a version has no such thing. */
export type Value = string | number | null;

export interface ComparedRow {
  readonly group: Group;
  readonly subject: Subject;
  /** One a version, in their order; the first is the baseline. */
  readonly values: readonly Value[];
  readonly differs: boolean;
}

/** Everything by which versions of a model can differ, a row each. */
export function compareVersions(versions: readonly WholeVersion[]): ComparedRow[] {
  const row = (group: Group, subject: Subject, value: (version: WholeVersion) => Value): ComparedRow => {
    const values = versions.map(value);
    return { group, subject, values, differs: values.some((one) => one !== values[0]) };
  };
  const each = (
    group: Group,
    kind: 'input' | 'output' | 'file' | 'lineage',
    names: (version: WholeVersion) => readonly string[],
    value: (version: WholeVersion, name: string) => Value,
  ): ComparedRow[] =>
    [...new Set(versions.flatMap(names))].map((name) => row(group, { kind, name }, (version) => value(version, name)));
  return [
    ...each('signature', 'input', ({ signature }) => signature.inputs.map(({ name }) => name), tensorOf('inputs')),
    ...each('signature', 'output', ({ signature }) => signature.outputs.map(({ name }) => name), tensorOf('outputs')),
    ...each(
      'lineage',
      'lineage',
      ({ lineage }) => Object.keys(lineage),
      ({ lineage }, name) => lineage[name] ?? null,
    ),
    row('settings', { kind: 'isolation' }, ({ settings }) => settings.isolation ?? null),
    row('settings', { kind: 'instances' }, ({ settings }) => settings.instances ?? null),
    row('settings', { kind: 'maxBatchSize' }, ({ settings }) => settings.maxBatchSize ?? null),
    row('settings', { kind: 'latencyObjectiveMs' }, ({ settings }) => settings.latencyObjectiveMs ?? null),
    row('files', { kind: 'sizeBytes' }, ({ sizeBytes }) => sizeBytes),
    row('files', { kind: 'fileCount' }, ({ fileCount }) => fileCount),
    ...each('files', 'file', ({ files }) => files.map(({ path }) => path), fileOf),
    row('files', { kind: 'digest' }, ({ digest }) => digest),
    row('about', { kind: 'notes' }, ({ notes }) => (notes === '' ? null : notes)),
    row('about', { kind: 'source' }, ({ source }) => source),
    row('about', { kind: 'createdBy' }, ({ createdBy }) => createdBy),
    row('about', { kind: 'createdAt' }, ({ createdAt }) => createdAt),
  ];
}

function tensorOf(side: 'inputs' | 'outputs') {
  return ({ signature }: WholeVersion, name: string): Value => {
    const tensor = signature[side].find((one) => one.name === name);
    return tensor === undefined ? null : `${tensor.datatype} ${formatShape(tensor.shape)}`;
  };
}

function fileOf({ files }: WholeVersion, path: string): Value {
  return files.find((file) => file.path === path)?.sha256 ?? null;
}

export interface Change {
  readonly difference: number;
  /** Of the baseline, -1 to infinity; null for a baseline of 0. */
  readonly share: number | null;
}

/** How far a number is from the baseline's; null unless both are numbers that differ. */
export function changeOf(baseline: Value | undefined, value: Value | undefined): Change | null {
  if (typeof baseline !== 'number' || typeof value !== 'number' || baseline === value) return null;
  const difference = value - baseline;
  return { difference, share: baseline === 0 ? null : difference / Math.abs(baseline) };
}
