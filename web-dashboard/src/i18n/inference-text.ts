import { textBundle } from './catalogue.ts';
import { inference as en } from './en/inference.ts';
import { inference as ptBr } from './pt-br/inference.ts';

export const inferenceText = textBundle(en, ptBr);
