export const routes = {
  title: 'Routes',
  summary: 'Public names and the versions that answer them.',
  route: 'Route',
  policy: 'Policy',
  latest: 'newest version of {model}',
  split: 'split by weight',
  variants: 'Answered by',
  revision: 'Revision',
  updated: 'Changed',
  updatedBy: '{at} by {actor}',
  emptyTitle: 'No route yet',
  emptyText: 'A pushed model gets a route of its own name.',
} as const;
