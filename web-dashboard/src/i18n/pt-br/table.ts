import type { TranslationOf } from '../catalogue.ts';
import type { table as english } from '../en/table.ts';

export const table: TranslationOf<typeof english> = {
  filter: 'Filtro',
  filterExample: 'Filtro, como {example}',
  tableOf: '{caption}: tabela',
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
};
