export const audit = {
  title: 'Audit',
  summary: 'Every change, by whom and when.',
  at: 'When',
  actor: 'Who',
  action: 'Action',
  target: 'On',
  requestId: 'Request id',
  emptyTitle: 'Nothing has been changed yet',
  emptyText: 'Every change of the control plane gets an entry here.',
} as const;
