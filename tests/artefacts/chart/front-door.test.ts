import { expect, test } from 'vitest';
import { renderFrontDoorSettings } from '../../../tools/front-door/render-settings.ts';
import { at, find, render, renderScenario, type KubernetesObject } from './render.ts';

const pods = (name: string, port: number): string => `cluster-ai-${name}-pods.cluster-ai.svc.cluster.local:${port}`;

/** What the chart's presets are in the words of the front door. */
const environment = {
  CLUSTER_AI_BACKEND: pods('backend', 3000),
  CLUSTER_AI_GATEWAYS: pods('inference-gateway', 8000),
  CLUSTER_AI_GATEWAYS_GRPC: pods('inference-gateway', 8001),
  CLUSTER_AI_RESOLVER: 'kube-dns.kube-system.svc.cluster.local',
  CLUSTER_AI_TRUSTED_PROXIES: '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fd00::/8',
};

const canary = (port: number): string =>
  `${pods('inference-gateway', port)} ${pods('inference-gateway-canary', port)}=5`;

const cases: readonly (readonly [string, () => KubernetesObject[], Record<string, string>])[] = [
  ['the presets', () => render(), {}],
  [
    'a canary',
    () => renderScenario('canary'),
    { CLUSTER_AI_GATEWAYS: canary(8000), CLUSTER_AI_GATEWAYS_GRPC: canary(8001) },
  ],
  [
    'TLS in nginx',
    () => renderScenario('load-balancer'),
    {
      CLUSTER_AI_TLS_CERT_FILE: '/run/secrets/tls_cert',
      CLUSTER_AI_TLS_KEY_FILE: '/run/secrets/tls_key',
      CLUSTER_AI_PUBLIC_URL: 'https://cluster-ai.example.com',
    },
  ],
  [
    'IPv6',
    () => render({ listenHost: '::', trustedProxies: [] }),
    { CLUSTER_AI_IPV6: 'on', CLUSTER_AI_TRUSTED_PROXIES: '' },
  ],
];

test.each(cases)('nginx gets the settings that tools/front-door writes: %s', (_name, objects, also) => {
  const given = at(find(objects(), 'ConfigMap/cluster-ai-frontend'), 'data');
  expect(given).toEqual(Object.fromEntries(renderFrontDoorSettings({ ...environment, ...also })));
});

test('a file of the operator takes the place of the chart’s', () => {
  const objects = render({ dashboard: { settings: { 'limits.conf': 'limit_req_status 429;\n' } } });
  expect(at(find(objects, 'ConfigMap/cluster-ai-frontend'), 'data', 'limits.conf')).toBe('limit_req_status 429;\n');
});
