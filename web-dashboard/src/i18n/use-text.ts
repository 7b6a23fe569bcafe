import { createElement, Fragment, useMemo, type ReactNode } from 'react';
import {
  chooseForm,
  splitAtNames,
  valueText,
  type Catalogue,
  type PlainText,
  type TextBundle,
  type Values,
} from './catalogue.ts';
import { useLanguage } from './language.ts';
import type { Language } from './languages.ts';

export interface Text<C extends Catalogue> extends PlainText<C> {
  /** The same with elements as values: `t.rich('seen', { at: <Timestamp … /> })`. */
  rich<K extends keyof C & string>(key: K, ...values: Values<C[K], ReactNode>): ReactNode;
}

/** The texts of a page in the reader's language. */
export function useText<C extends Catalogue>(bundle: TextBundle<C>): Text<C> {
  const language = useLanguage();
  return useMemo(() => makeText(bundle, language), [bundle, language]);
}

/** The same outside of components. */
export function makeText<C extends Catalogue>(bundle: TextBundle<C>, language: Language): Text<C> {
  const catalogue: Catalogue = bundle[language];
  const form = (key: string, values: Readonly<Record<string, unknown>>) =>
    chooseForm(language, catalogue[key] ?? key, values['count']);
  const plain = (key: string, values: Readonly<Record<string, string | number>> = {}) =>
    splitAtNames(form(key, values))
      .map((part, index) => (index % 2 === 0 ? part : valueText(language, values[part] ?? '')))
      .join('');
  const rich = (key: string, values: Readonly<Record<string, ReactNode>> = {}) =>
    createElement(
      Fragment,
      null,
      ...splitAtNames(form(key, values)).map((part, index) => {
        const value = values[part];
        if (index % 2 === 0) return part;
        return typeof value === 'number' ? valueText(language, value) : value;
      }),
    );
  // The signature above is stricter than what the two functions can be written with: keys and values depend on `C`.
  return Object.assign(plain, { rich }) as Text<C>;
}
