import type { TranslationOf } from '../catalogue.ts';
import type { audit as english } from '../en/audit.ts';

export const audit: TranslationOf<typeof english> = {
  title: 'Auditoria',
  summary: 'Cada alteração, por quem e quando. Cada registro guarda o hash do anterior.',
  number: 'N.º',
  at: 'Quando',
  actor: 'Quem',
  action: 'Ação',
  target: 'Sobre',
  requestId: 'Id da requisição',
  details: 'Detalhes',
  detailsOf: 'Detalhes do registro {id}',
  entryTitle: 'Registro {id}',
  hash: 'Hash',
  previousHash: 'Hash do registro anterior',
  detail: 'O que foi alterado',
  noDetail: 'Nada mais foi registrado.',
  onlyActor: 'Só o que {actor} fez',
  onlyTarget: 'Só o que foi feito em {target}',
  onlyRequest: 'Só esta requisição',
  emptyTitle: 'Nada foi alterado ainda',
  emptyText: 'Cada alteração do plano de controle ganha um registro aqui.',
  verify: 'Verificar a cadeia',
  intact: { one: 'O registro está íntegro: {count} entrada', other: 'O registro está íntegro: {count} entradas' },
  intactText:
    'Lido em {seconds} s. A última entrada é {head}. Anote-a em outro lugar: uma verificação futura pode compará-la.',
  broken: { one: 'O registro foi adulterado: {count} ponto', other: 'O registro foi adulterado: {count} pontos' },
  brokenMore: { one: 'e mais {count} ponto', other: 'e mais {count} pontos' },
  export: 'Exportar',
  exportJsonl: 'Em linhas JSON, na forma que entra no hash',
  exportCsv: 'Em CSV, para uma planilha',
};
