import type { TranslationOf } from '../catalogue.ts';
import type { route as english } from '../en/route.ts';

export const route: TranslationOf<typeof english> = {
  policy: 'Política',
  latest: 'versão mais nova de {model}',
  split: 'dividida por peso',
  variant: 'Versão',
  share: 'Parte',
  variants: 'Variantes',
};
