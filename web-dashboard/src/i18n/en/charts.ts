export const charts = {
  at: 'At',
  none: 'none',
  valuesAsTable: 'Values as a table',
  valuesOf: '{title}: values',
  newest: { one: '{title}, the newest value', other: '{title}, the newest {count} values' },
  time: 'Time',
  noValues: 'No values yet.',
  chartFromTo: 'Line chart from {from} to {to}.',
  lineNone: '{line}: no values.',
  lineNow: '{line}: {now} now, at most {most}.',
  lineNoneNow: '{line}: none now, at most {most}.',
} as const;
