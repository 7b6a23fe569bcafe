import { expect, test } from 'vitest';
import { Exposition } from './exposition.ts';
import { exposedOctaves, Histogram } from './histogram.ts';
import type { MetricDeclaration } from './metric-catalogue.ts';

const counter: MetricDeclaration = { name: 'things_total', type: 'counter', help: 'Things.' };
const latency: MetricDeclaration = { name: 'latency_seconds', type: 'histogram', help: 'Latency.' };

test('a metric is declared and its samples follow', () => {
  const page = new Exposition();
  page.begin(counter);
  page.sample(counter, { route: 'iris' }, 3);
  page.sample(counter, {}, 0.5);
  expect(page.text()).toBe(
    '# HELP things_total Things.\n# TYPE things_total counter\nthings_total{route="iris"} 3\nthings_total 0.5\n',
  );
});

test('label values and help texts cannot break out of their line', () => {
  const page = new Exposition();
  page.begin({ ...counter, help: 'a\\b\nc' });
  page.sample(counter, { route: 'a"} 1\nfake{x="\\' }, 1);
  expect(page.text()).toBe(
    '# HELP things_total a\\\\b\\nc\n# TYPE things_total counter\nthings_total{route="a\\"} 1\\nfake{x=\\"\\\\"} 1\n',
  );
});

test('a histogram has growing buckets, the last of which is the count', () => {
  const histogram = new Histogram();
  for (const duration of [0.05, 0.05, 3, 1_000_000]) histogram.observe(duration);
  const page = new Exposition();
  page.begin(latency);
  page.histogram(latency, { route: 'iris' }, histogram);
  const lines = page.text().trimEnd().split('\n').slice(2);
  expect(lines).toHaveLength(exposedOctaves.length + 3);
  expect(lines[0]).toBe('latency_seconds_bucket{route="iris",le="0.000064"} 2');
  expect(lines).toContain('latency_seconds_bucket{route="iris",le="0.002048"} 2');
  expect(lines).toContain('latency_seconds_bucket{route="iris",le="0.004096"} 3');
  expect(lines.slice(-3)).toEqual([
    'latency_seconds_bucket{route="iris",le="+Inf"} 4',
    'latency_seconds_sum{route="iris"} 1000.0031',
    'latency_seconds_count{route="iris"} 4',
  ]);
});
