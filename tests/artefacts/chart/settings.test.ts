import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { gatewayConfigSchema } from '@cluster-ai/contract/config/gateway.ts';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { at, find, render, renderScenario, type KubernetesObject } from './render.ts';

const fileOf = (objects: readonly KubernetesObject[], part: string, file: string): unknown =>
  parse(String(at(find(objects, `ConfigMap/cluster-ai-${part}`), 'data', file)));

/** What the kubelet and the Secrets add. */
const withDatabase = (file: unknown) =>
  Object.assign({}, file, { database: { ...Object(at(file, 'database')), url: 'postgres://x/y' } });

test('the programs take the settings that the chart writes', () => {
  const objects = render();
  const control = controlPlaneConfigSchema.parse(withDatabase(fileOf(objects, 'backend', 'control-plane.yaml')));
  expect(control.auth.loopback).toBe('required');
  expect(control.http.publicUrl).toBe('https://cluster-ai.example.com');
  expect(control.http.allowedHosts).toContain('cluster-ai-backend.cluster-ai.svc.cluster.local');
  expect(control.storage.folder).toBe('/var/lib/cluster-ai/storage');
  expect(control.metrics.port).toBe(3002);
  const gateway = gatewayConfigSchema.parse(fileOf(objects, 'inference-gateway', 'gateway.yaml'));
  expect(gateway.auth).toBe('required');
  expect(gateway.control.url).toContain('http://cluster-ai-backend:8000');
  expect([gateway.http.port, gateway.grpc.port, gateway.metrics.port]).toEqual([8000, 8001, 8002]);
});

test('settings of the values win over those of the chart, and are checked by the programs’ own schemas', () => {
  const objects = renderScenario('settings');
  const control = controlPlaneConfigSchema.parse(withDatabase(fileOf(objects, 'backend', 'control-plane.yaml')));
  expect(control.database.poolMax).toBe(5);
  expect(control.oidc.roleMapping).toEqual(['ml-team=operator']);
  expect(control.http.trustedProxies).toEqual(['10.244.0.0/16']);
  const gateway = gatewayConfigSchema.parse(fileOf(objects, 'inference-gateway', 'gateway.yaml'));
  expect([gateway.as, gateway.batching.latencyObjectiveMs]).toEqual(['triton', 20]);
  const backend = find(objects, 'Deployment/cluster-ai-backend');
  expect(at(backend, 'spec', 'template', 'spec', 'nodeSelector')).toEqual({ pool: 'general' });
  expect(at(backend, 'spec', 'template', 'metadata', 'annotations', 'example.com/owner')).toBe('ml');
  expect(at(backend, 'metadata', 'labels', 'team')).toBe('machine-learning');
  expect(JSON.stringify(at(backend, 'spec', 'template', 'spec', 'containers', 0, 'env'))).toContain('NODE_OPTIONS');
  const gateways = find(objects, 'StatefulSet/cluster-ai-inference-gateway');
  expect(at(gateways, 'spec', 'volumeClaimTemplates')).toBeUndefined();
  expect(at(gateways, 'spec', 'template', 'spec', 'tolerations', 0, 'key')).toBe('dedicated');
  expect(at(gateways, 'spec', 'template', 'spec', 'affinity', 'nodeAffinity')).toBeDefined();
});
