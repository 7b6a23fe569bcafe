import { ClusterError } from '@cluster-ai/core/errors.ts';
import { isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Document, YAMLMap } from 'yaml';

/** A value of the chart, with the comment above it. */
export interface ChartValue {
  /** `controlPlane.image.digest`. */
  readonly path: string;
  /** Last word of the path. */
  readonly name: string;
  readonly description: string;
  readonly preset: unknown;
  /** Its parts, for what is only a heading; null for what is set as a whole. */
  readonly parts: readonly ChartValue[] | null;
}

/** Headings whose parts are Kubernetes' own, and go to the objects as they stand. */
const taken = new Set(['resources']);

/**
 * Reads values.yaml: every key has a comment of its own above it, which is its description.
 * @throws ClusterError INVALID_ARGUMENT naming the keys that have none.
 */
export function readChartValues(text: string): ChartValue[] {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined) throw new ClusterError('INVALID_ARGUMENT', `values.yaml: ${problem.message}`);
  if (!isMap(document.contents)) throw new ClusterError('INVALID_ARGUMENT', 'values.yaml holds no values');
  const bare: string[] = [];
  const values = readMap(document, document.contents, '', bare);
  if (bare.length === 0) return values;
  throw new ClusterError('INVALID_ARGUMENT', `values.yaml: no comment above ${bare.join(', ')}`, {
    fix: 'say in a comment above the key what it is: the schema and README.md of the chart are written from it',
  });
}

function readMap(document: Document, map: YAMLMap, above: string, bare: string[]): ChartValue[] {
  return map.items.map(({ key, value }, index) => {
    const name = isScalar(key) ? String(key.value) : '';
    const path = above === '' ? name : `${above}.${name}`;
    const comment = (isScalar(key) ? key.commentBefore : undefined) ?? (index === 0 ? map.commentBefore : undefined);
    // What stands further above, after an empty line, is about the file.
    const description =
      (comment ?? '')
        .split(/\n\s*\n/)
        .at(-1)
        ?.replaceAll(/\s*\n\s*/g, ' ')
        .trim() ?? '';
    if (description === '') bare.push(path);
    const isHeading = isMap(value) && value.flow !== true && value.items.length > 0 && !taken.has(name);
    return {
      path,
      name,
      description,
      preset: isNode(value) ? value.toJS(document) : null,
      parts: isHeading ? readMap(document, value, path, bare) : null,
    };
  });
}
