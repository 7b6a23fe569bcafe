import { spawn, execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irisRequest } from '../iris.ts';
import { freePort, startPlatform, until, type Platform } from '../start-platform.ts';
import { sendMany } from '../steady-load.ts';

describe('Prometheus', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await startPlatform();
    await sendMany(platform.gatewayUrl, 50, 2, () => irisRequest);
  });
  afterAll(() => platform?.stop());

  it('promtool finds nothing wrong with /metrics of gateway and control plane', async () => {
    const control = await fetch(`${platform.controlUrl}/metrics`);
    expect(control.status).toBe(200);
    for (const text of [await (await fetch(`${platform.metricsUrl}/metrics`)).text(), await control.text()]) {
      const { code, output } = await promtool(text);
      expect(output, 'promtool check metrics').toBe('');
      expect(code).toBe(0);
    }
  });

  it('a real Prometheus scrapes the gateway, and its counters are the requests that were sent', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cluster-ai-prometheus-'));
    const port = await freePort();
    const config = {
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'gateway', static_configs: [{ targets: [new URL(platform.metricsUrl).host] }] }],
    };
    // JSON is YAML.
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const server = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    try {
      const value = (query: string): Promise<string | null> => queryPrometheus(port, query);
      await until(
        'Prometheus has the requests',
        30_000,
        async () => (await value('sum(cluster_ai_gateway_requests_total{route="iris"})')) === '50',
      );
      expect(await value('up{job="gateway"}')).toBe('1');
      expect(
        Number(
          await value(
            'histogram_quantile(0.99, sum by (le) (cluster_ai_gateway_request_duration_seconds_bucket{route="iris"}))',
          ),
        ),
      ).toBeGreaterThan(0);
      expect(await value('cluster_ai_gateway_model_ready{model="iris@1"}')).toBe('1');
    } finally {
      server.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function promtool(text: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile('promtool', ['check', 'metrics'], (error, stdout, stderr) =>
      resolve({
        code: error === null ? 0 : 1,
        output: stdout + stderr + (error !== null && !stderr ? error.message : ''),
      }),
    );
    child.stdin?.end(text);
  });
}

async function queryPrometheus(port: number, query: string): Promise<string | null> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`).catch(
    () => null,
  );
  if (response === null || !response.ok) return null;
  const answer = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return answer.data.result[0]?.value[1] ?? null;
}
