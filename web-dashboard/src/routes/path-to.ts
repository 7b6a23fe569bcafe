import type { ListSearch } from '../table/list-search.ts';

/**
 * Every address of the dashboard, as functions whose results are spread into a link: `<Link {...pathTo.model('iris')}>`,
 * or passed to `useNavigate()`. Nothing else in the dashboard writes an address by hand.
 */
export const pathTo = {
  overview: () => ({ to: '/' }) as const,
  /** @param search.model the name that the push offers. */
  models: (search: ListSearch & { readonly do?: 'push'; readonly model?: string } = {}) =>
    ({ to: '/models', search }) as const,
  model: (name: string, tab?: 'versions' | 'aliases' | 'settings') =>
    ({ to: '/models/$name', params: { name }, search: { tab } }) as const,
  /** How requests of a version become batches. */
  batching: (name: string, version: number) =>
    ({ to: '/models/$name', params: { name }, search: { tab: 'batching', version: String(version) } }) as const,
  modelVersion: (name: string, version: number, search: { readonly do?: 'deploy' | 'annotate' } = {}) =>
    ({ to: '/models/$name/versions/$version', params: { name, version: String(version) }, search }) as const,
  /** The first version is the baseline. */
  modelCompare: (name: string, versions: readonly number[]) =>
    ({ to: '/models/$name/compare', params: { name }, search: { versions: versions.join(',') } }) as const,
  routes: (search: ListSearch = {}) => ({ to: '/routes', search }) as const,
  route: (name: string, search: { readonly tab?: 'variants' | 'history'; readonly do?: 'split' } = {}) =>
    ({ to: '/routes/$name', params: { name }, search }) as const,
  /** @param route the public name to call; without it the first. */
  playground: (route?: string) => ({ to: '/playground', search: { model: route } }) as const,
  gateways: (search: ListSearch = {}) => ({ to: '/gateways', search }) as const,
  keys: (search: ListSearch & { readonly do?: 'create' } = {}) => ({ to: '/keys', search }) as const,
  users: (search: ListSearch & { readonly do?: 'invite' } = {}) => ({ to: '/users', search }) as const,
  audit: (search: ListSearch = {}) => ({ to: '/audit', search }) as const,
  settings: (search: ListSearch = {}) => ({ to: '/settings', search }) as const,
  password: () => ({ to: '/password' }) as const,
  /** @param next the path to go to afterwards. */
  signIn: (next?: string) => ({ to: '/sign-in', search: { next } }) as const,
  setup: () => ({ to: '/setup' }) as const,
  invite: () => ({ to: '/invite' }) as const,
} as const;
