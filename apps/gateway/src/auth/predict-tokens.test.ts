import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { predictTokenPrefix, type PredictTokenPayload } from '@cluster-ai/contract/predict-token.ts';
import { expect, test } from 'vitest';
import { PredictTokens } from './predict-tokens.ts';

const nowMs = 1_700_000_000_000;
const good = keyPair('plane-1');
const other = keyPair('plane-2');

function keyPair(id: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, issuer: { id, publicKey: publicKey.export({ format: 'jwk' }).x ?? '' } };
}

function tokenOf(changes: Partial<PredictTokenPayload> = {}, signer: KeyObject = good.privateKey): string {
  const payload: PredictTokenPayload = {
    issuer: 'plane-1',
    actor: 'ada@example.test',
    userId: null,
    actions: ['infer', 'read'],
    models: ['iris'],
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + 60_000,
    ...changes,
  };
  return signedText(JSON.stringify(payload), signer);
}

function signedText(payload: string, signer: KeyObject): string {
  const text = `${predictTokenPrefix}${Buffer.from(payload).toString('base64url')}`;
  return `${text}.${sign(null, Buffer.from(text), signer).toString('base64url')}`;
}

function ring(...issuers: (typeof good.issuer)[]): PredictTokens {
  const tokens = new PredictTokens();
  tokens.replace(issuers);
  return tokens;
}

test('a token of an issuer of the snapshot says who calls and what they may', () => {
  const tokens = ring(good.issuer, other.issuer);
  const token = tokenOf();
  const caller = { id: 'ada@example.test', actions: ['infer', 'read'], models: ['iris'], use: null };
  expect(tokens.find(token, nowMs)).toEqual(caller);
  expect(tokens.find(token, nowMs + 59_999)).toEqual(caller);
  expect(tokens.looksLike(token)).toBe(true);
});

test.each<[string, string]>([
  ['that another issuer has signed', tokenOf({}, other.privateKey)],
  ['of an issuer that the snapshot does not have', tokenOf({ issuer: 'plane-3' })],
  ['whose payload was changed', tokenOf().replace(/^(cai_pt_.{20})./, '$1A')],
  ['whose signature was changed', tokenOf().replace(/.{4}$/, 'AAAA')],
  ['without a signature', tokenOf().replace(/\..*$/, '')],
  ['that holds something else', signedText('{"issuer":"plane-1"}', good.privateKey)],
  ['that holds no JSON', signedText('plane-1', good.privateKey)],
  ['with unknown actions', signedText(tokenPayloadWithActions(['everything']), good.privateKey)],
])('a token %s is nobody’s', (_what, token) => {
  expect(ring(good.issuer, other.issuer).find(token, nowMs)).toBe('unknown');
});

function tokenPayloadWithActions(actions: readonly string[]): string {
  const [, payload = ''] = /^cai_pt_([^.]+)/.exec(tokenOf()) ?? [];
  const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return JSON.stringify(Object.assign({}, parsed, { actions }));
}

test.each([
  ['has ended', {}, 60_000],
  ['was issued in the future, beyond what clocks differ', { issuedAtMs: nowMs + 5_001 }, 0],
  ['gives itself a day', { expiresAtMs: nowMs + 86_400_000 }, 60_001],
])('a token that %s is not taken', (_what, changes, laterMs) => {
  expect(ring(good.issuer).find(tokenOf(changes), nowMs + laterMs)).toBe('expired');
});

test('a snapshot without the issuer ends its tokens, also those that were remembered', () => {
  const tokens = ring(good.issuer);
  const token = tokenOf();
  expect(tokens.find(token, nowMs)).toMatchObject({ id: 'ada@example.test' });
  tokens.replace([other.issuer]);
  expect(tokens.find(token, nowMs)).toBe('unknown');
});

test('a remembered token costs no signature', () => {
  const tokens = ring(good.issuer);
  const token = tokenOf();
  const timed = (times: number): number => {
    const startedAtMs = performance.now();
    for (let count = 0; count < times; count += 1) tokens.find(token, nowMs);
    return (performance.now() - startedAtMs) / times;
  };
  const first = timed(1);
  const later = timed(10_000);
  console.log(`first ${(first * 1_000).toFixed(0)} µs, then ${(later * 1_000).toFixed(2)} µs`);
  expect(later * 10_000).toBeLessThan(5_000);
});
