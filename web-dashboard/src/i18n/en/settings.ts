export const settings = {
  title: 'Settings',
  summary: 'How this installation works.',
  emptyTitle: 'Settings are read from the configuration',
  emptyText:
    'Each program reads its settings when it starts: default, file, environment, flag. docs/reference/configuration.md lists them.',
} as const;
