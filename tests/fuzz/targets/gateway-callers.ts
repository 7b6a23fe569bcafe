import { generateKeyPairSync } from 'node:crypto';
import { snapshotFormatVersion } from '@cluster-ai/contract/snapshot.ts';
import { createAuthenticate } from '@cluster-ai/gateway/auth/authenticate.ts';
import { KeyRing } from '@cluster-ai/gateway/auth/key-ring.ts';
import { PredictTokens } from '@cluster-ai/gateway/auth/predict-tokens.ts';
import { allowOrigins } from '@cluster-ai/gateway/frontends/cross-origin.ts';
import { KeyUses } from '@cluster-ai/gateway/limits/key-uses.ts';
import { createRequestIds } from '@cluster-ai/gateway/request-id.ts';
import { fakeCall, fakeReply } from '@cluster-ai/testkit/fake-call.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { headersOf } from '../inputs/headers.ts';
import type { FuzzTarget } from '../engine/target.ts';

const clock = new FakeClock();
const issuer = { id: 'cp', publicKey: String(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x) };
const tokens = new PredictTokens();
tokens.replace([issuer]);
const authenticate = createAuthenticate({
  keys: new KeyRing(new KeyUses(clock)),
  tokens,
  lockout: { attempt: async () => 0 },
  auth: 'loopback-exempt',
  trustedProxies: ['10.0.0.0/8', '127.0.0.1'],
  clock,
});
const nextRequestId = createRequestIds();
const withOrigins = allowOrigins(['https://app.example.com'], async (_call, reply) => reply.send(200, [], ''));
const payload = Buffer.from(
  JSON.stringify({
    issuer: 'cp',
    actor: 'ana',
    userId: null,
    actions: ['infer'],
    models: null,
    issuedAtMs: 0,
    expiresAtMs: snapshotFormatVersion,
  }),
).toString('base64url');

/** Headers by which the gateway learns who calls. */
export const target: FuzzTarget = {
  about: 'headers of calls to the gateway, from clients: keys, signed tokens, proxies, origins, request ids',
  form: 'bytes',
  seeds: () => [
    `authorization: Bearer cai_pt_${payload}.${'A'.repeat(86)}\nhost: localhost:8000`,
    `authorization: bearer cai_${'x'.repeat(49)}\nx-request-id: abc`,
    'host: 127.0.0.1\nx-forwarded-for: 1.2.3.4, ::ffff:10.0.0.2\nx-forwarded-proto: https',
    'origin: https://app.example.com\naccess-control-request-method: POST\nhost: [::1]:80',
  ],
  words: ['::ffff:', 'cai_', 'cai_pt_', 'Bearer ', '127.0.0.1', '[::1]', 'x-real-ip: ', 'forwarded: '],
  run: async (input) => {
    const call = fakeCall({ method: 'OPTIONS', headers: headersOf(input) });
    nextRequestId(call);
    await withOrigins(call, fakeReply());
    await authenticate(call);
  },
};
