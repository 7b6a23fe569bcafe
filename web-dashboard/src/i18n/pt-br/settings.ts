import type { TranslationOf } from '../catalogue.ts';
import type { settings as english } from '../en/settings.ts';

export const settings: TranslationOf<typeof english> = {
  title: 'Configurações',
  summary: 'Como esta instalação funciona.',
  emptyTitle: 'As configurações vêm da configuração',
  emptyText:
    'Cada programa lê suas configurações ao iniciar: padrão, arquivo, ambiente, opção. docs/reference/configuration.md lista todas.',
};
