import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excessOf, type Grant } from './key-grant.ts';
import { actionsInclude, keyActions, modelsCover } from './roles.ts';

const entry = fc.stringMatching(/^[ab]{0,3}\*?$/).filter((text) => text !== '');
const grant: fc.Arbitrary<Grant> = fc.record({
  actions: fc.subarray([...keyActions], { minLength: 1 }),
  models: fc.option(fc.array(entry, { minLength: 1, maxLength: 3 })),
  expiresAtMs: fc.option(fc.nat({ max: 10 })),
});
const name = fc.stringMatching(/^[ab]{1,4}$/);

test('what was granted without excess allows nothing that the giver may not do', () => {
  fc.assert(
    fc.property(
      grant,
      grant,
      fc.constantFrom(...keyActions),
      name,
      fc.nat({ max: 12 }),
      (own, wanted, action, model, at) => {
        fc.pre(excessOf(own, wanted) === null);
        const may = (holder: Grant): boolean =>
          actionsInclude(holder.actions, action) &&
          modelsCover(holder.models, model) &&
          (holder.expiresAtMs === null || at < holder.expiresAtMs);
        if (may(wanted)) expect(may(own)).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('everybody may hand on exactly what they have', () => {
  fc.assert(
    fc.property(grant, (own) => {
      expect(excessOf(own, own)).toBeNull();
    }),
  );
});

const all: Grant = { actions: ['infer', 'read', 'operate', 'admin'], models: null, expiresAtMs: null };

test.each<[string, Grant, Grant, string | null]>([
  ['an operator makes a key that predicts', all, { ...all, actions: ['infer'] }, null],
  ['operate includes read', { ...all, actions: ['operate'] }, { ...all, actions: ['read'] }, null],
  [
    'operate does not include infer',
    { ...all, actions: ['operate'] },
    { ...all, actions: ['infer'] },
    'the action infer',
  ],
  ['a prefix within a prefix', { ...all, models: ['team-a-*'] }, { ...all, models: ['team-a-x*', 'team-a-y'] }, null],
  [
    'another prefix',
    { ...all, models: ['team-a-*'] },
    { ...all, models: ['team-*'] },
    'the model team-*: its own are team-a-*',
  ],
  ['every model', { ...all, models: ['iris'] }, all, 'every model: its own are iris'],
  ['a longer life', { ...all, expiresAtMs: 0 }, all, 'a longer life: its own ends at 1970-01-01T00:00:00.000Z'],
])('%s', (_what, own, wanted, excess) => {
  expect(excessOf(own, wanted)).toBe(excess);
});
