import { spawnSync } from 'node:child_process';
import { ClusterError } from '@cluster-ai/core/errors.ts';

export interface RenderOptions {
  readonly helm: string;
  /** Folder of the chart. */
  readonly chart: string;
  readonly release?: string;
  readonly namespace?: string;
  readonly valuesFiles?: readonly string[];
  /** Values as JSON, on top of the files. */
  readonly values?: unknown;
  /** Kinds that the cluster is taken to know, `monitoring.coreos.com/v1`. */
  readonly apiVersions?: readonly string[];
  /** False while the schema itself is being written. */
  readonly judgesValues?: boolean;
}

const outputBytesMax = 64 * 1024 * 1024;

/**
 * `helm template`: what would be sent to a cluster, each document with the comment that names its template.
 * @throws ClusterError INVALID_ARGUMENT with the sentence of the chart or of its schema.
 */
export function renderChart(options: RenderOptions): string {
  const { helm, chart, release = 'cluster-ai', namespace = 'cluster-ai', valuesFiles = [], values } = options;
  const args = ['template', release, chart, '--namespace', namespace];
  for (const file of valuesFiles) args.push('--values', file);
  if (values !== undefined) args.push('--values', '-');
  for (const version of options.apiVersions ?? []) args.push('--api-versions', version);
  if (options.judgesValues === false) args.push('--skip-schema-validation');
  const { status, stdout, stderr } = spawnSync(helm, args, {
    encoding: 'utf8',
    input: values === undefined ? '' : JSON.stringify(values),
    maxBuffer: outputBytesMax,
  });
  if (status === 0) return stdout;
  throw new ClusterError('INVALID_ARGUMENT', sentenceOf(stderr));
}

/** What the chart says, without the places in templates that Helm puts before it. */
function sentenceOf(stderr: string): string {
  const said = stderr.trim();
  return /^Error: execution error at \([^)]*\): ([^\n]*)/.exec(said)?.[1]?.trim() ?? said;
}
