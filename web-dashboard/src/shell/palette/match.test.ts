import { expect, test } from 'vitest';
import { fit, searchWords } from './match.ts';

const best = (search: string, labels: readonly string[]) =>
  labels
    .map((label) => ({ label, points: fit(label, searchWords(search)) }))
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points)
    .map(({ label }) => label);

test('every word must be there, in any order', () => {
  expect(best('key create', ['Create an API key', 'API keys', 'Create'])).toEqual(['Create an API key']);
});

test('what begins with the word comes first', () => {
  expect(best('mod', ['Try model', 'Accommodate', 'Models'])).toEqual(['Models', 'Try model', 'Accommodate']);
});

test('case and accents do not matter', () => {
  expect(best('configuracoes', ['Configurações'])).toEqual(['Configurações']);
});

test('nothing typed shows everything', () => {
  expect(best(' ', ['A', 'B'])).toEqual(['A', 'B']);
});
