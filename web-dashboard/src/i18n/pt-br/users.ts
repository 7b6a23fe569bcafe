import type { TranslationOf } from '../catalogue.ts';
import type { users as english } from '../en/users.ts';

export const users: TranslationOf<typeof english> = {
  title: 'Usuários',
  summary: 'Pessoas que podem entrar, e o que cada uma pode fazer.',
  email: 'E-mail',
  name: 'Nome',
  role: 'Papel',
  state: 'Estado',
  active: 'Ativo',
  invited: 'Convidado',
  disabled: 'Desativado',
  locked: 'Bloqueado',
  lastSignIn: 'Última entrada',
  never: 'nunca',
  emptyTitle: 'Ninguém pode entrar ainda',
  emptyText: 'O primeiro administrador é criado com um código de uso único.',
};
