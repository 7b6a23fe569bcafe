import type { TranslationOf } from '../catalogue.ts';
import type { keys as english } from '../en/keys.ts';

export const keys: TranslationOf<typeof english> = {
  title: 'Chaves de API',
  summary: 'Com o que os programas chamam, cada uma com seu alcance e limites.',
  name: 'Nome',
  prefix: 'Começa com',
  state: 'Estado',
  active: 'Ativa',
  expired: 'Vencida',
  revoked: 'Revogada',
  lastUsed: 'Último uso',
  never: 'nunca',
  emptyTitle: 'Nenhuma chave de API ainda',
  emptyText: 'Uma chave deixa um programa chamar modelos de qualquer endereço.',
};
