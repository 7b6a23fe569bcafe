import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { networksOf, readCompose, root } from './read-compose.ts';

const file = join(root, 'monitoring/prometheus/prometheus.yml');

const schema = z.object({
  scrape_configs: z.array(
    z.object({ job_name: z.string(), static_configs: z.array(z.object({ targets: z.array(z.string()) })) }),
  ),
});

it('promtool takes the scrape configuration', () => {
  expect(execFileSync('promtool', ['check', 'config', file], { encoding: 'utf8' })).toContain('SUCCESS');
});

it.each(['docker-compose.yml', 'docker-compose.prod.yml'])(
  'every program of %s is read, on a network that both share',
  (name) => {
    const { services } = readCompose(name);
    const { scrape_configs: jobs } = schema.parse(parse(readFileSync(file, 'utf8')));
    const targets = jobs.flatMap(({ static_configs: groups }) => groups.flatMap(({ targets: own }) => own));
    expect(targets).toEqual(['127.0.0.1:9090', 'backend:3002', 'inference-gateway-1:8002', 'inference-gateway-2:8002']);
    const { prometheus, backend } = services;
    if (prometheus === undefined || backend === undefined) throw new Error('a service is not there');
    for (const target of targets.slice(1)) {
      const service = services[target.split(':')[0] ?? ''];
      if (service === undefined) throw new Error(`there is no service for ${target}`);
      expect(networksOf(service).some((network) => networksOf(prometheus).includes(network))).toBe(true);
    }
    expect(backend.environment).toMatchObject({
      CLUSTER_AI_CONTROL_PLANE_METRICS_HOST: '0.0.0.0',
      CLUSTER_AI_CONTROL_PLANE_METRICS_PORT: '3002',
    });
  },
);

it('Redis forgets what ends first when it is full, and keeps what it has on its disk', () => {
  const lines = readFileSync(join(root, 'deployments/compose/redis.conf'), 'utf8').split('\n');
  for (const line of ['appendonly yes', 'maxmemory 256mb', 'maxmemory-policy volatile-ttl', 'dir /data']) {
    expect(lines).toContain(line);
  }
});
