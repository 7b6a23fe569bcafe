import { createMemoryHistory } from '@tanstack/react-router';
import { expect, test } from 'vitest';
import { pathTo } from './path-to.ts';
import { makeRouter } from './router.ts';

const router = makeRouter(createMemoryHistory());

const list = { filter: 'iris state=ready at>=2026-01-01', sort: '-updated', cursor: 'abc' };
const listQuery = '?filter=iris+state%3Dready+at%3E%3D2026-01-01&sort=-updated&cursor=abc';

const addresses = [
  [pathTo.overview(), '/'],
  [pathTo.models(list), `/models${listQuery}`],
  [pathTo.model('a b/c'), '/models/a%20b%2Fc'],
  [pathTo.model('iris', 'aliases'), '/models/iris?tab=aliases'],
  [pathTo.batching('iris', 3), '/models/iris?tab=batching&version=3'],
  [pathTo.modelVersion('iris', 12), '/models/iris/versions/12'],
  [pathTo.modelCompare('iris', [3, 5]), '/models/iris/compare?versions=3%2C5'],
  [pathTo.routes(list), `/routes${listQuery}`],
  [pathTo.route('iris', { tab: 'history' }), '/routes/iris?tab=history'],
  [pathTo.route('iris', { do: 'split' }), '/routes/iris?do=split'],
  [pathTo.playground('iris'), '/playground?model=iris'],
  [pathTo.gateways(), '/gateways'],
  [pathTo.models({ do: 'push' }), '/models?do=push'],
  [pathTo.keys(), '/keys'],
  [pathTo.keys({ do: 'create' }), '/keys?do=create'],
  [pathTo.users({ do: 'invite' }), '/users?do=invite'],
  [pathTo.users(), '/users'],
  [pathTo.audit(list), `/audit${listQuery}`],
  [pathTo.settings(), '/settings'],
  [pathTo.password(), '/password'],
  [pathTo.signIn('/models?filter=a'), '/sign-in?next=%2Fmodels%3Ffilter%3Da'],
  [pathTo.setup(), '/setup'],
  [pathTo.invite(), '/invite'],
] as const;

test.each(addresses)('%o is %s, which leads to its page with the same state', (target, href) => {
  const built = router.buildLocation(target);
  expect(built.href).toBe(href);
  const [, , foundRoute] = router.getMatchedRoutes(built.pathname);
  expect(foundRoute?.fullPath).toBe(target.to);
  const search = 'search' in target ? target.search : {};
  const checked = foundRoute?.options.validateSearch;
  const seen = typeof checked === 'function' ? checked(router.options.parseSearch(built.searchStr)) : {};
  expect(seen).toEqual(search);
});

test('every address that can be opened has its function', () => {
  const paths = Object.values(router.routesByPath).map((route) => route.fullPath);
  expect(new Set(addresses.map(([target]) => target.to))).toEqual(new Set(paths));
});

test.each(['https://elsewhere.example', '//elsewhere.example', '/\\elsewhere.example'])(
  'a sign-in never leads to another host: %s',
  (next) => {
    const check = router.routesByPath['/sign-in'].options.validateSearch;
    expect(typeof check === 'function' ? check({ next }) : 'unchecked').toEqual({});
  },
);
