import { createKey } from '@cluster-ai/contract/api/keys.ts';
import { expect, test } from 'vitest';
import { draftBody, emptyDraft, isLimit, modelList } from './key-draft.ts';

test('what is left empty is no limit, and days become a date', () => {
  const body = draftBody({ ...emptyDraft, name: ' ci ' }, Date.parse('2026-01-01T00:00:00Z'));
  expect(body).toEqual({
    name: 'ci',
    actions: ['infer', 'read'],
    models: null,
    ratePerSecond: null,
    burst: null,
    dailyQuota: null,
    expiresAt: '2026-04-01T00:00:00.000Z',
  });
  expect(createKey.body.safeParse(body).success).toBe(true);
});

test('a filled draft is a body that the API takes', () => {
  const draft = {
    ...emptyDraft,
    name: 'ci',
    models: 'iris, team-a-*',
    rate: '2.5',
    burst: '10',
    quota: '1000',
    days: '',
  };
  const body = draftBody(draft, 0);
  expect(body).toMatchObject({
    models: ['iris', 'team-a-*'],
    ratePerSecond: 2.5,
    burst: 10,
    dailyQuota: 1000,
    expiresAt: null,
  });
  expect(createKey.body.safeParse(body).success).toBe(true);
});

test('limits are numbers above 0', () => {
  expect(['', ' ', '1', '12.5'].map((text) => isLimit(text, false))).toEqual([true, true, true, true]);
  expect(['0', '-1', '1e3', 'ten', '0.0'].map((text) => isLimit(text, false))).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(isLimit('2.5', true)).toBe(false);
});

test('names are separated by spaces or commas', () => {
  expect(modelList(' iris,mnist  vad ')).toEqual(['iris', 'mnist', 'vad']);
  expect(modelList('  ')).toBeNull();
});
