import { expect, test } from 'vitest';
import type { Endpoint } from './endpoint.ts';
import * as models from './models.ts';
import * as routes from './routes.ts';

const endpoints = [models, routes]
  .flatMap((module) => Object.values<unknown>(module))
  .filter((value): value is Endpoint => typeof value === 'object' && value !== null && 'access' in value);

test.each(endpoints.filter(({ path }) => path.includes('/:name')).map((target) => [target.id, target] as const))(
  '%s says where it names its model or route, so that a key for that one alone may call it',
  (_id, { names }) => {
    expect(names).toContain('params.name');
  },
);
