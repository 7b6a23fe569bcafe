import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { adviceKinds } from '@cluster-ai/core/batching/advise.ts';
import { expect, test } from 'vitest';
import { batchingText } from '../../../i18n/batching-text.ts';
import type { Language } from '../../../i18n/languages.ts';
import { makeText } from '../../../i18n/use-text.ts';
import { formatIn } from '../../../ui/format.ts';
import { adviceWords } from './advice-words.ts';
import { batchingEntry } from './batching-entry.ts';

type Advice = GatewayBatching['advice'][number];

const advice = (kind: Advice['kind']): Advice => ({
  kind,
  finding: 'what the gateway found',
  change: 'what it would change',
  configuration: null,
});
const words = (kind: Advice['kind'], language: Language) =>
  adviceWords(advice(kind), batchingEntry, makeText(batchingText, language), formatIn(language));

test('the figures of the version stand in the sentences, in the form of the language', () => {
  expect(words('full', 'en').finding).toBe(
    '30 % of the batches were full (8 rows), and half of the requests waited for more than 4.25 ms.',
  );
  expect(words('waiting', 'pt-BR').finding).toBe(
    'Metade das requisições esperou mais de 4,25 ms, mais do que dura uma execução (1,50 ms).',
  );
  expect(words('littleTraffic', 'en').finding).toMatch(/^70 % of the batches left at once/);
  expect(words('allWell', 'pt-BR').finding).toBe('Nada atrapalha: 4,5 linhas por lote em média.');
});

test('what is not known here is said in the words of the gateway', () => {
  expect(words(null, 'pt-BR')).toEqual({ finding: 'What the gateway found.', change: 'What it would change.' });
  expect(words('modelApart', 'en').finding).toBe('What the gateway found.');
});

test.each(adviceKinds)('%s is said in both languages, each in its own words', (kind) => {
  const [english, portuguese] = [words(kind, 'en'), words(kind, 'pt-BR')];
  expect(english.finding).not.toContain('{');
  expect(portuguese.change).not.toBe(english.change ?? '');
  expect(portuguese.finding === english.finding).toBe(kind === 'modelApart');
});
