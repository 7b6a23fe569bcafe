import type { TranslationOf } from '../catalogue.ts';
import type { charts as english } from '../en/charts.ts';

export const charts: TranslationOf<typeof english> = {
  at: 'Em',
  none: 'nenhum',
  valuesAsTable: 'Valores em tabela',
  valuesOf: '{title}: valores',
  newest: { one: '{title}, o valor mais novo', other: '{title}, os {count} valores mais novos' },
  time: 'Hora',
  noValues: 'Nenhum valor ainda.',
  chartFromTo: 'Gráfico de linhas de {from} a {to}.',
  lineNone: '{line}: nenhum valor.',
  lineNow: '{line}: {now} agora, no máximo {most}.',
  lineNoneNow: '{line}: nenhum agora, no máximo {most}.',
};
