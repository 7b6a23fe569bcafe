import { textBundle } from './catalogue.ts';
import { charts as en } from './en/charts.ts';
import { charts as ptBr } from './pt-br/charts.ts';

export const chartsText = textBundle(en, ptBr);
