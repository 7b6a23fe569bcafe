import type { TranslationOf } from '../catalogue.ts';
import type { lineage as english } from '../en/lineage.ts';

export const lineage: TranslationOf<typeof english> = {
  key: 'Nome',
  value: 'Valor',
  keyOf: 'Nome do item {position}',
  valueOf: 'Valor do item {position}',
  add: 'Adicionar um item',
  remove: 'Remover o item {key}',
  hint: 'De onde veio: treinamento, conjunto de dados, commit, métricas. Números podem ser comparados.',
  badKey: '“{key}”: nomes têm até 64 letras, dígitos, espaços e . _ / -, começando com letra ou dígito',
  twice: '“{key}” aparece duas vezes',
  tooMany: 'Uma linhagem tem no máximo 64 itens',
  tooLong: 'O valor de “{key}” tem mais de 1.000 caracteres',
  empty: 'Nenhuma linhagem foi informada.',
  notesEmpty: 'Sem notas.',
};
