import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kubernetesTools } from '../../../tools/kubernetes-tools.ts';
import { renderChart } from '../../../tools/manifests/render-chart.ts';

export const root = join(import.meta.dirname, '..', '..', '..');
export const chart = join(root, 'deployments/helm/cluster-ai');
export const { helm, kubectl } = await kubernetesTools();

/** An object for the API server, or a part of one. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export const scenarios: readonly string[] = readdirSync(join(chart, 'ci'))
  .filter((file) => file.endsWith('-values.yaml'))
  .map((file) => file.replace('-values.yaml', ''));

/** @returns every object of a text with several documents. */
export function objectsOf(text: string): KubernetesObject[] {
  // Kubernetes reads YAML 1.1, where 0440 is octal.
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    // What our own templates render has these fields; a document without them fails where it is read.
    const object = document.toJS() as KubernetesObject | null;
    return object === null ? [] : [object];
  });
}

/** What Helm sends for values on top of the presets. */
export function render(values: unknown = {}): KubernetesObject[] {
  return objectsOf(renderChart({ helm, chart, values }));
}

export function renderScenario(name: string): KubernetesObject[] {
  return objectsOf(renderChart({ helm, chart, valuesFiles: [join(chart, 'ci', `${name}-values.yaml`)] }));
}

/** The sentence with which values are refused; empty when they are not. */
export function refusalOf(values: unknown): string {
  try {
    renderChart({ helm, chart, values });
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `Deployment/cluster-ai-backend`. */
export const nameOf = ({ kind, metadata }: KubernetesObject): string => `${kind}/${metadata.name}`;

/** @throws Error when it is not among them. */
export function find(objects: readonly KubernetesObject[], name: string): KubernetesObject {
  const found = objects.find((object) => nameOf(object) === name);
  if (found === undefined) throw new Error(`${name} was not rendered; there are ${objects.map(nameOf).join(', ')}`);
  return found;
}

/** Walks into an object; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    // Whatever has fields may be asked for one by its name.
    (part, name) =>
      typeof part === 'object' && part !== null ? (part as Record<string | number, unknown>)[name] : undefined,
    value,
  );
}

/** A list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): unknown[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list : [];
}

/** A text at a path; empty where there is none. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const text = at(value, ...path);
  return typeof text === 'string' ? text : '';
}

const workloads = new Set(['Deployment', 'StatefulSet', 'Job', 'Pod']);

/** The pods that an object makes, as the specification and labels that they get; null for what makes none. */
export function podOf(object: KubernetesObject): { spec: unknown; labels: Readonly<Record<string, string>> } | null {
  if (!workloads.has(object.kind)) return null;
  if (object.kind === 'Pod') return { spec: object['spec'], labels: object.metadata.labels ?? {} };
  const labels = at(object, 'spec', 'template', 'metadata', 'labels');
  return { spec: at(object, 'spec', 'template', 'spec'), labels: labels as Readonly<Record<string, string>> };
}

export const readChartFile = (path: string): string => readFileSync(join(chart, path), 'utf8');
