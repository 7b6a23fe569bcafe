import type { TranslationOf } from '../catalogue.ts';
import type { table as english } from '../en/table.ts';

export const table: TranslationOf<typeof english> = {
  filter: 'Filtro',
  filterExample: 'Filtro, como {example}',
  tableOf: '{caption}: tabela',
  filterHelp: 'O que um filtro pode conter',
  filterRule:
    'As condições são separadas por espaços, e todas precisam valer. Valores com espaços ficam entre aspas. ~ significa "contém".',
  filterRuleWords:
    'Palavras são buscadas em {fields}. As condições são separadas por espaços, e todas precisam valer. Valores com espaços ficam entre aspas. ~ significa "contém".',
  filterOptional: '({name}="" encontra os que não têm)',
  filterTime: '(2026, 2026-09, 2026-09-01, 2026-09-01T14:05)',
  filterPosition: 'Posição {position}: {message}',
  loading: 'Carregando a lista',
  noMatch: 'Nada corresponde a este filtro.',
  shown: '{count} mostrados nesta página',
  shownAll: { one: '{count} mostrado, o único', other: 'Todos os {count} mostrados' },
  shownOfMore: '{count} de mais de {total} mostrados',
  shownOf: '{count} de {total} mostrados',
  pages: 'Páginas',
  previous: 'Anterior',
  next: 'Próxima',
  isFirst: 'Esta é a primeira página',
  isLast: 'Esta é a última página',
  selected: 'Selecionado',
  select: 'Selecionar {name}',
  actions: 'Ações',
};
