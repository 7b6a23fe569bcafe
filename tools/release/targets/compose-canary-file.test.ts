import { expect, test } from 'vitest';
import { canaryFile } from './compose-canary-file.ts';

const image = `registry.example.com/cluster-ai/gateway@sha256:${'b'.repeat(64)}`;

const resolved = `
services:
  backend: { image: x }
  inference-gateway-1:
    image: old
    container_name: one
    depends_on: { backend: { condition: service_healthy } }
    environment: { CLUSTER_AI_GATEWAY_NAME: gateway-1, CLUSTER_AI_GATEWAY_AUTH: required, PORT: 8000 }
    networks: { app: { aliases: [inference-gateway] }, cache: {} }
    read_only: true
    secrets: [{ source: gateway_token }]
    volumes:
      - gateway-1-data:/var/lib/cluster-ai:rw
      - ./models:/models:ro
  inference-gateway-2:
    image: old
    environment: { CLUSTER_AI_GATEWAY_NAME: gateway-2 }
    networks: [app]
    volumes: [{ type: volume, source: gateway-2-data, target: /var/lib/cluster-ai }]
  inference-gateway-canary-1: { image: left-over }
`;

test('each gateway that serves has a twin with the new image, a name, a home and an alias of its own', () => {
  const { stable, canary, volumes, text } = canaryFile(resolved, image);
  expect(stable).toEqual(['inference-gateway-1', 'inference-gateway-2']);
  expect(canary).toEqual(['inference-gateway-canary-1', 'inference-gateway-canary-2']);
  expect(volumes).toEqual(['inference-gateway-canary-1-home', 'inference-gateway-canary-2-home']);
  expect(JSON.parse(text)).toEqual({
    services: {
      'inference-gateway-canary-1': {
        image,
        environment: {
          CLUSTER_AI_GATEWAY_NAME: 'inference-gateway-canary-1',
          CLUSTER_AI_GATEWAY_AUTH: 'required',
          PORT: 8000,
        },
        networks: {
          app: { aliases: ['inference-gateway-canary'] },
          cache: { aliases: ['inference-gateway-canary'] },
        },
        read_only: true,
        secrets: [{ source: 'gateway_token' }],
        volumes: ['./models:/models:ro', 'inference-gateway-canary-1-home:/var/lib/cluster-ai'],
      },
      'inference-gateway-canary-2': {
        image,
        environment: { CLUSTER_AI_GATEWAY_NAME: 'inference-gateway-canary-2' },
        networks: { app: { aliases: ['inference-gateway-canary'] } },
        volumes: ['inference-gateway-canary-2-home:/var/lib/cluster-ai'],
      },
    },
    volumes: { 'inference-gateway-canary-1-home': {}, 'inference-gateway-canary-2-home': {} },
  });
});

test('without a gateway there is nothing to be tried beside', () => {
  expect(canaryFile('services: { backend: { image: x } }', image).stable).toEqual([]);
});
