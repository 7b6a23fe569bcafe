import type { SizeCount } from '@cluster-ai/core/batching/batch-counts.ts';
import { cumulativeCounts, exposedOctaves, type Histogram } from './histogram.ts';
import type { MetricDeclaration } from './metric-catalogue.ts';

/** Bounds of exposed sizes: 1 to 1,024. */
const exposedSizes: readonly number[] = Array.from({ length: 11 }, (_, octave) => 2 ** octave);

export type Labels = Readonly<Record<string, string>>;

/** Writes metrics in Prometheus' text format (version 0.0.4). Each metric is begun once and then gets its samples. */
export class Exposition {
  private readonly lines: string[] = [];

  begin(metric: MetricDeclaration): void {
    this.lines.push(
      `# HELP ${metric.name} ${metric.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${metric.name} ${metric.type}`,
    );
  }

  sample(metric: MetricDeclaration, labels: Labels, value: number): void {
    this.lines.push(`${metric.name}${labelText(labels)} ${value}`);
  }

  histogram(metric: MetricDeclaration, labels: Labels, histogram: Histogram): void {
    const { below, total } = cumulativeCounts(histogram.counters());
    exposedOctaves.forEach((octave, index) => {
      const le = String(2 ** octave / 1e6);
      this.lines.push(`${metric.name}_bucket${labelText({ ...labels, le })} ${below[index] ?? 0}`);
    });
    this.lines.push(
      `${metric.name}_bucket${labelText({ ...labels, le: '+Inf' })} ${total}`,
      `${metric.name}_sum${labelText(labels)} ${histogram.sumSeconds}`,
      `${metric.name}_count${labelText(labels)} ${total}`,
    );
  }

  /** A histogram of whole numbers whose own buckets end at powers of two, and between them. */
  sizes(metric: MetricDeclaration, labels: Labels, sizes: readonly SizeCount[], sum: number): void {
    let below = 0;
    let next = 0;
    for (const bound of exposedSizes) {
      for (; next < sizes.length && (sizes[next]?.rowsMax ?? 0) <= bound; next += 1) below += sizes[next]?.batches ?? 0;
      this.lines.push(`${metric.name}_bucket${labelText({ ...labels, le: String(bound) })} ${below}`);
    }
    const total = sizes.reduce((all, { batches }) => all + batches, 0);
    this.lines.push(
      `${metric.name}_bucket${labelText({ ...labels, le: '+Inf' })} ${total}`,
      `${metric.name}_sum${labelText(labels)} ${sum}`,
      `${metric.name}_count${labelText(labels)} ${total}`,
    );
  }

  text(): string {
    return `${this.lines.join('\n')}\n`;
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
