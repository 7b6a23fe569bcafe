import type { ObservedModel } from '@cluster-ai/contract/telemetry.ts';
import { expect, test } from 'vitest';
import { announcement } from './announce.ts';

const loaded = (id: string): ObservedModel => ({
  id,
  digest: 'sha256:00',
  state: 'READY',
  reason: '',
  isolation: 'shared',
  instances: 1,
  batched: true,
  loadMs: 1,
  warmUpMs: 1,
});

test('models are listed by name, in whatever order their probes ended', () => {
  const text = announcement({
    url: 'http://localhost:3000',
    gatewayUrl: 'http://localhost:8000',
    gateways: 1,
    grpcAddress: null,
    setup: null,
    seconds: 5,
    models: { ready: ['mnist@1', 'iris@2', 'iris@1'].map(loaded), failed: [], missing: '' },
    command: null,
    needsKey: false,
    interactive: true,
  });
  expect(text).toContain('  models             iris@1, iris@2, mnist@1\n');
});
