import type { TranslationOf } from '../catalogue.ts';
import type { model as english } from '../en/model.ts';

export const model: TranslationOf<typeof english> = {
  versions: 'Versões',
  version: 'Versão',
  size: 'Tamanho',
  created: 'Criada',
  createdBy: 'Por',
  digest: 'SHA-256',
  compare: 'Comparar versões',
  notFound: 'Não há essa versão de {name}',
  choose: 'Escolha versões na página do modelo.',
};
