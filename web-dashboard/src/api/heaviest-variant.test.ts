import { expect, test } from 'vitest';
import { mockRoutes } from '../../mock/models.ts';
import { heaviestVariant } from './heaviest-variant.ts';

test('the heaviest version’s signature speaks for the route', () => {
  const mnist = mockRoutes.find(({ name }) => name === 'mnist');
  expect(heaviestVariant(mnist ?? { variants: [] })?.version).toBe(4);
});

test('a route that nothing answers has no signature', () => {
  expect(heaviestVariant({ variants: [] })).toBeUndefined();
});
