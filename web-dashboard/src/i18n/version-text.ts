import { textBundle } from './catalogue.ts';
import { version as en } from './en/version.ts';
import { version as ptBr } from './pt-br/version.ts';

export const versionText = textBundle(en, ptBr);
