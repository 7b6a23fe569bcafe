import type { TranslationOf } from '../catalogue.ts';
import type { session as english } from '../en/session.ts';

export const session: TranslationOf<typeof english> = {
  viewer: 'leitor',
  operator: 'operador',
  admin: 'administrador',
  notKnownYet: 'Ainda não se sabe quem você é',
  needsRole: 'Isto exige o papel {needed}; o seu é {role}',
  needsSignIn: 'Isto exige o papel {needed}: entre primeiro',
};
