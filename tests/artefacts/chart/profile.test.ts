import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parts } from '../../../tools/deploy/parts.ts';
import { renderChart } from '../../../tools/manifests/render-chart.ts';
import { at, chart, find, helm, listAt, nameOf, objectsOf, render, renderScenario, root } from './render.ts';

const profile = render();

test('what people know is scaled between the bounds that they know', () => {
  const scaler = (name: string) => {
    const spec = at(find(profile, `HorizontalPodAutoscaler/cluster-ai-${name}`), 'spec');
    const targets = listAt(spec, 'metrics').map((metric) => at(metric, 'resource', 'target', 'averageUtilization'));
    return [at(spec, 'minReplicas'), at(spec, 'maxReplicas'), ...targets, at(spec, 'scaleTargetRef', 'kind')];
  };
  expect(scaler('frontend')).toEqual([2, 10, 70, 80, 'Deployment']);
  expect(scaler('backend')).toEqual([3, 15, 70, 80, 'Deployment']);
  expect(scaler('inference-gateway')).toEqual([2, 20, 70, 80, 'StatefulSet']);
  for (const object of profile.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')) {
    expect(at(object, 'spec', 'behavior', 'scaleDown', 'stabilizationWindowSeconds')).toBe(300);
    expect(at(object, 'spec', 'behavior', 'scaleUp', 'policies')).toBeDefined();
  }
});

test('memory is left out of scaling where it says nothing', () => {
  const scaler = find(
    render({ gateway: { autoscaling: { targetMemoryPercent: 0 } } }),
    'HorizontalPodAutoscaler/cluster-ai-inference-gateway',
  );
  expect(listAt(scaler, 'spec', 'metrics').map((metric) => at(metric, 'resource', 'name'))).toEqual(['cpu']);
});

test('Services have the ports that people know', () => {
  const ports = (name: string) =>
    listAt(find(profile, `Service/cluster-ai-${name}`), 'spec', 'ports').map((port) => at(port, 'port'));
  expect(ports('backend')).toContain(8000);
  expect(ports('frontend')).toEqual(expect.arrayContaining([80, 3000]));
  expect(ports('inference-gateway')).toEqual(expect.arrayContaining([80, 8000, 8001, 8002]));
  expect([ports('postgres'), ports('redis')]).toEqual([[5432], [6379]]);
  const labels = at(find(profile, 'StatefulSet/cluster-ai-inference-gateway'), 'metadata', 'labels');
  expect(at(labels, 'app.kubernetes.io/component')).toBe('ml-serving');
});

test('pods of one kind are spread, end gently, and answer for themselves', () => {
  for (const name of [
    'Deployment/cluster-ai-frontend',
    'Deployment/cluster-ai-backend',
    'StatefulSet/cluster-ai-inference-gateway',
  ]) {
    const spec = at(find(profile, name), 'spec', 'template', 'spec');
    const spread = listAt(spec, 'topologySpreadConstraints').map((constraint) => at(constraint, 'topologyKey'));
    expect(spread).toEqual(['topology.kubernetes.io/zone', 'kubernetes.io/hostname']);
    const container = at(spec, 'containers', 0);
    expect(at(container, 'lifecycle', 'preStop', 'sleep', 'seconds')).toBe(5);
    expect(at(container, 'livenessProbe', 'httpGet', 'path')).toBe('/livez');
    // A front door whose control plane is away still passes predictions on.
    expect(at(container, 'readinessProbe', 'httpGet', 'path')).toBe(name.endsWith('frontend') ? '/livez' : '/readyz');
    expect(Number(at(spec, 'terminationGracePeriodSeconds'))).toBeGreaterThan(30);
    expect(listAt(container, 'volumeMounts').length).toBeGreaterThan(1);
  }
});

test('one control plane on a volume for one is replaced, not rolled', () => {
  const strategy = (objects: typeof profile) =>
    at(find(objects, 'Deployment/cluster-ai-backend'), 'spec', 'strategy', 'type');
  const small = renderScenario('small');
  expect([strategy(profile), strategy(small)]).toEqual(['RollingUpdate', 'Recreate']);
  expect(at(find(small, 'Deployment/cluster-ai-backend'), 'spec', 'replicas')).toBe(1);
  expect(at(find(small, 'PersistentVolumeClaim/cluster-ai-models'), 'spec', 'accessModes')).toEqual(['ReadWriteOnce']);
});

test('migrations run before an upgrade, and before the first install only where there is a database', () => {
  const hook = (objects: typeof profile) =>
    find(objects, 'Job/cluster-ai-migrations').metadata.annotations?.['helm.sh/hook'];
  expect([hook(profile), hook(renderScenario('external-database'))]).toEqual([
    'pre-upgrade',
    'pre-install,pre-upgrade',
  ]);
  const job = JSON.stringify(find(renderScenario('cloudnative-pg'), 'Job/cluster-ai-migrations'));
  expect(job).toContain('"name":"cluster-ai-db-app","items":[{"key":"uri","path":"database-url"}]');
});

test('the path to the database and to Redis follows the values', () => {
  const backend = (scenario: string) => JSON.stringify(find(renderScenario(scenario), 'Deployment/cluster-ai-backend'));
  expect(backend('pgbouncer')).toContain('"key":"pgbouncer-url"');
  expect(backend('external-database')).toContain('"name":"cluster-ai-database","items":[{"key":"url"');
  expect(backend('external-redis')).toContain('"name":"cluster-ai-redis-address"');
  expect(backend('no-redis')).not.toContain('REDIS_URL_FILE');
  expect(backend('existing-secrets')).toMatch(/my-tokens.*my-database.*my-redis/);
  const policy = JSON.stringify(find(renderScenario('external-redis'), 'NetworkPolicy/cluster-ai-inference-gateway'));
  expect(policy).toContain('10.30.0.0/24');
});

test('Ingress and Gateway API carry TLS and limits', () => {
  const annotations = (name: string) =>
    find(renderScenario(`ingress-${name}`), 'Ingress/cluster-ai-ingress').metadata.annotations ?? {};
  expect(annotations('nginx')).toMatchObject({
    'nginx.ingress.kubernetes.io/limit-rps': '50',
    'cert-manager.io/cluster-issuer': 'letsencrypt',
  });
  expect(annotations('haproxy')).toMatchObject({ 'haproxy.org/rate-limit-requests': '150' });
  expect(annotations('traefik')['traefik.ingress.kubernetes.io/router.middlewares']).toContain(
    'cluster-ai-cluster-ai-rate-limit@kubernetescrd',
  );
  expect(at(find(profile, 'Ingress/cluster-ai-ingress'), 'spec', 'tls', 0, 'hosts')).toHaveLength(3);
  const gateway = renderScenario('gateway-api');
  expect(
    listAt(find(gateway, 'Gateway/cluster-ai'), 'spec', 'listeners').map((listener) => at(listener, 'protocol')),
  ).toEqual(['HTTPS', 'HTTPS', 'HTTPS']);
  expect(
    at(
      find(gateway, 'BackendTrafficPolicy/cluster-ai-rate-limit'),
      'spec',
      'rateLimit',
      'local',
      'rules',
      0,
      'limit',
      'requests',
    ),
  ).toBe(50);
  const canary = renderScenario('gateway-api-canary');
  const weights = listAt(find(canary, 'HTTPRoute/cluster-ai-inference-gateway'), 'spec', 'rules', 0, 'backendRefs').map(
    (ref) => at(ref, 'weight'),
  );
  expect(weights).toEqual([95, 5]);
  expect(at(find(canary, 'HTTPRoute/cluster-ai-frontend'), 'spec', 'parentRefs', 0, 'name')).toBe('shared');
  expect(at(find(canary, 'Service/cluster-ai-inference-gateway'), 'spec', 'selector', 'cluster-ai.dev/track')).toBe(
    'stable',
  );
});

test('GPUs are asked for where there are some', () => {
  const spec = at(find(renderScenario('gpu'), 'Deployment/cluster-ai-tensorrt-server'), 'spec', 'template', 'spec');
  expect(at(spec, 'containers', 0, 'resources', 'limits', 'nvidia.com/gpu')).toBe(2);
  expect([at(spec, 'runtimeClassName'), at(spec, 'nodeSelector')]).toEqual([
    'nvidia',
    { 'nvidia.com/gpu.present': 'true' },
  ]);
  expect(at(spec, 'tolerations', 0, 'key')).toBe('nvidia.com/gpu');
});

test('Prometheus is shown each pod once', () => {
  const objects = renderScenario('monitoring');
  for (const monitor of objects.filter(({ kind }) => kind === 'ServiceMonitor')) {
    expect(monitor.metadata.labels?.['release']).toBe('kube-prometheus-stack');
    const wanted = { ...Object(at(monitor, 'spec', 'selector', 'matchLabels')), 'cluster-ai.dev/metrics': 'true' };
    const services = objects.filter(
      ({ kind, metadata }) =>
        kind === 'Service' && Object.entries(wanted).every(([key, value]) => metadata.labels?.[key] === value),
    );
    expect(services.map(nameOf)).toEqual([`Service/${monitor.metadata.name}`]);
  }
});

/** What each part of make …-deploy changes: an object, and what it holds then. */
const changes: Readonly<Record<string, readonly [string, string]>> = {
  pgbouncer: ['Deployment/cluster-ai-pgbouncer', '"replicas":2'],
  'tensorflow-serving': ['ConfigMap/cluster-ai-tensorflow-serving', 'model_config_list'],
  torchserve: ['ConfigMap/cluster-ai-torchserve', 'load_models=all'],
  'gpu-optimization': ['Deployment/cluster-ai-tensorrt-server', 'default-max-batch-size=32'],
  'inference-optimization': ['ConfigMap/cluster-ai-inference-gateway', 'latencyObjectiveMs: 50'],
  'ml-autoscaling': ['HorizontalPodAutoscaler/cluster-ai-inference-gateway', '"maxReplicas":20'],
  'model-registry': ['Service/cluster-ai-model-registry', '"port":8000'],
  'model-cache': ['StatefulSet/cluster-ai-inference-gateway', '"volumeClaimTemplates"'],
  'ml-monitoring': ['ServiceMonitor/cluster-ai-inference-gateway', '/metrics'],
};

/** An installation that has none of them. */
const bare = { gateway: { autoscaling: { enabled: false }, persistence: { enabled: false } } };
const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-parts-'));
const installed = join(folder, 'installed.json');
writeFileSync(installed, JSON.stringify(bare));
afterAll(() => rmSync(folder, { recursive: true }));

/** An object as text; empty when it is not there. */
function textOf(name: string, values: unknown, files: readonly string[]): string {
  const objects = objectsOf(renderChart({ helm, chart, values, valuesFiles: files }));
  return JSON.stringify(objects.find((object) => nameOf(object) === name)) ?? '';
}

test.each(Object.keys(parts))('make %s-deploy adds what it says', (name) => {
  const { valuesFiles, modelsClaim } = parts[name] ?? { valuesFiles: [], modelsClaim: undefined };
  const claim = modelsClaim?.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), 'my-models');
  const [object, held] = changes[name] ?? ['', 'a part without an expectation'];
  expect(textOf(object, {}, [installed])).not.toContain(held);
  // In the order of helm upgrade: what was there, the part, the claim.
  expect(textOf(object, claim ?? {}, [installed, ...valuesFiles.map((file) => join(root, file))])).toContain(held);
});
