import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actionsGrantableBy, modelsCover, roleIncludes, roleOfActions, roles } from './roles.ts';

describe('roles', () => {
  test('each role includes the ones before it, and no later one', () => {
    expect(roles.map((role) => roles.filter((needed) => roleIncludes(role, needed)))).toEqual([
      ['viewer'],
      ['viewer', 'operator'],
      ['viewer', 'operator', 'admin'],
    ]);
  });

  test('a key has the highest role among its actions', () => {
    expect(roleOfActions(['infer'])).toBeNull();
    expect(roleOfActions(['read', 'infer'])).toBe('viewer');
    expect(roleOfActions(['operate', 'read'])).toBe('operator');
    expect(roleOfActions(['admin', 'infer'])).toBe('admin');
  });

  test('nobody gives away more than they have', () => {
    for (const role of roles) {
      const granted = roleOfActions(actionsGrantableBy(role));
      expect(granted).toBe(role);
    }
  });
});

describe('models of a key', () => {
  test('an entry covers itself, an entry with a star covers what begins like it, null covers all', () => {
    expect(modelsCover(['iris'], 'iris')).toBe(true);
    expect(modelsCover(['iris'], 'iris-2')).toBe(false);
    expect(modelsCover(['team-a-*'], 'team-a-churn')).toBe(true);
    expect(modelsCover(['team-a-*'], 'team-b-churn')).toBe(false);
    expect(modelsCover(null, 'anything')).toBe(true);
    expect(modelsCover([], 'anything')).toBe(false);
  });

  test('a star alone covers every name', () => {
    fc.assert(fc.property(fc.string(), (name) => modelsCover(['*'], name)));
  });
});
