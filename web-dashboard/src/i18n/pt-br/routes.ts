import type { TranslationOf } from '../catalogue.ts';
import type { routes as english } from '../en/routes.ts';

export const routes: TranslationOf<typeof english> = {
  title: 'Rotas',
  summary: 'Nomes públicos e as versões que os respondem.',
  route: 'Rota',
  policy: 'Política',
  latest: 'versão mais nova de {model}',
  split: 'dividida por peso',
  variants: 'Respondida por',
  unloaded: 'descarregada',
  unloadedHint: 'Os gateways não mantêm nenhuma versão dela até que seja carregada de novo.',
  revision: 'Revisão',
  updated: 'Mudada',
  updatedBy: '{at} por {actor}',
  emptyTitle: 'Nenhuma rota ainda',
  emptyText: 'Um modelo enviado ganha uma rota com seu nome.',
};
