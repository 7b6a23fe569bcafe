export const keys = {
  title: 'API keys',
  summary: 'What programs call with, each with its scope and limits.',
  name: 'Name',
  prefix: 'Begins with',
  state: 'State',
  active: 'Active',
  expired: 'Expired',
  revoked: 'Revoked',
  lastUsed: 'Last used',
  never: 'never',
  emptyTitle: 'No API key yet',
  emptyText: 'A key lets a program call models from any address.',
} as const;
