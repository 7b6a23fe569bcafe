import { textBundle } from './catalogue.ts';
import { users as en } from './en/users.ts';
import { users as ptBr } from './pt-br/users.ts';

export const usersText = textBundle(en, ptBr);
