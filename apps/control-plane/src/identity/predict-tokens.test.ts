import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { predictTokenPayloadSchema, splitPredictToken } from '@cluster-ai/contract/predict-token.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { local } from '../http/principal.ts';
import type { Principal } from '../http/principal.ts';
import { createPredictTokens } from './predict-tokens.ts';
import { readSigningKey } from './signing-key.ts';

let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'cluster-ai-key-'));
});

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

const ada: Principal = {
  ...local,
  actor: 'ada@example.com',
  kind: 'session',
  role: 'viewer',
  userId: '2f0c1f9e-5d0a-4c56-9f3e-0f4d6d1f9a11',
};

test('a token is signed by the key that gateways are told, says who calls, and ends after a minute', async () => {
  const clock = new FakeClock();
  const key = await readSigningKey(home);
  const tokens = createPredictTokens({ issuer: 'plane-1', key, clock });
  const token = tokens.tokenFor(ada);
  const parts = splitPredictToken(token);
  if (parts === null) throw new Error(`not of the form that gateways take: ${token}`);
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, format: 'jwk' });
  expect(verify(null, Buffer.from(parts.signedText), publicKey, Buffer.from(parts.signature, 'base64url'))).toBe(true);
  const payload: unknown = JSON.parse(Buffer.from(parts.payload, 'base64url').toString());
  expect(predictTokenPayloadSchema.parse(payload)).toEqual({
    issuer: 'plane-1',
    actor: 'ada@example.com',
    userId: ada.userId,
    actions: ['infer', 'read'],
    models: null,
    issuedAtMs: clock.wallMs(),
    expiresAtMs: clock.wallMs() + 60_000,
  });
});

test('it is used again while it is young, by the same caller alone', async () => {
  const clock = new FakeClock();
  const tokens = createPredictTokens({ issuer: 'plane-1', key: await readSigningKey(home), clock });
  const first = tokens.tokenFor(ada);
  clock.advance(29_999);
  expect(tokens.tokenFor(ada)).toBe(first);
  expect(tokens.tokenFor(local)).not.toBe(first);
  clock.advance(1);
  expect(tokens.tokenFor(ada)).not.toBe(first);
});

test('the key stays the same, and nobody else may read it', async () => {
  const first = await readSigningKey(home);
  expect((await readSigningKey(home)).publicKey).toBe(first.publicKey);
  const path = join(home, 'predict-token-key.pem');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).toContain('PRIVATE KEY');
  writeFileSync(path, 'something else');
  await expect(readSigningKey(home)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
