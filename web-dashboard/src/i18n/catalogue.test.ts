import { expect, test } from 'vitest';
import { namesIn, textBundle, type Catalogue } from './catalogue.ts';
import { preferredLanguage } from './languages.ts';
import { makeText } from './use-text.ts';

const bundle = textBundle(
  { hello: 'Hello {name}', gateways: { one: '{count} gateway of {fleet}', other: '{count} gateways of {fleet}' } },
  { hello: 'Olá, {name}', gateways: { one: '{count} gateway de {fleet}', other: '{count} gateways de {fleet}' } },
);

test('values go in, numbers with the separators of the language, and the number chooses the form', () => {
  const en = makeText(bundle, 'en');
  const pt = makeText(bundle, 'pt-BR');
  expect(en('hello', { name: 'Ana' })).toBe('Hello Ana');
  expect(en('gateways', { count: 1, fleet: 'A' })).toBe('1 gateway of A');
  expect(en('gateways', { count: 12_000, fleet: 'A' })).toBe('12,000 gateways of A');
  expect(pt('gateways', { count: 12_000, fleet: 'A' })).toBe('12.000 gateways de A');
  // Zero is singular in Brazilian Portuguese.
  expect(pt('gateways', { count: 0, fleet: 'A' })).toBe('0 gateway de A');
});

test('the browser’s wish is followed as far as there is a language', () => {
  expect(preferredLanguage(['de-DE', 'pt-PT', 'en'])).toBe('pt-BR');
  expect(preferredLanguage(['en-GB', 'pt-BR'])).toBe('en');
  expect(preferredLanguage(['de'])).toBe('en');
});

const english = import.meta.glob<Record<string, Catalogue>>('./en/*.ts', { eager: true });
const portuguese = import.meta.glob<Record<string, Catalogue>>('./pt-br/*.ts', { eager: true });

test.each(Object.keys(english))('%s: Portuguese has the same keys and the same values to fill in', (path) => {
  const [en] = Object.values(english[path] ?? {});
  const [pt] = Object.values(portuguese[path.replace('/en/', '/pt-br/')] ?? {});
  if (en === undefined || pt === undefined) throw new Error(`${path} is not a catalogue in both languages`);
  const names = (catalogue: Catalogue) =>
    Object.fromEntries(Object.entries(catalogue).map(([key, message]) => [key, namesIn(message)]));
  expect(names(pt)).toEqual(names(en));
  expect(Object.entries(pt).filter(([, message]) => message === '')).toEqual([]);
});

test('no catalogue exists in Portuguese alone', () => {
  const names = Object.keys(portuguese).map((path) => path.replace('/pt-br/', '/en/'));
  expect(names.filter((path) => !(path in english))).toEqual([]);
});
