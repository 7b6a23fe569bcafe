import type { Language } from './languages.ts';

/** Forms by number, as `Intl.PluralRules` names them. `{count}` is the number. */
export interface PluralForms {
  readonly one: string;
  readonly many?: string;
  readonly other: string;
}

/** A text with `{name}` where values go, or its forms by number. */
export type Message = string | PluralForms;

export type Catalogue = Readonly<Record<string, Message>>;

/** What another language must have for an English catalogue: the same keys, and forms where there are forms. */
export type TranslationOf<English extends Catalogue> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : PluralForms;
};

/** The texts of one page in every language. */
export interface TextBundle<English extends Catalogue> {
  readonly en: English;
  readonly 'pt-BR': TranslationOf<English>;
}

export function textBundle<const English extends Catalogue>(
  english: English,
  portuguese: TranslationOf<NoInfer<English>>,
): TextBundle<English> {
  return { en: english, 'pt-BR': portuguese };
}

/** The names in braces of a text. */
type Names<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** The values that a message needs. */
export type ValueNames<M> = M extends string
  ? Names<M>
  : M extends PluralForms
    ? 'count' | Names<M['one']> | Names<M['other']>
    : never;

/** The values of a message, as the second argument of `t`. */
export type Values<M, Value> = [ValueNames<M>] extends [never]
  ? []
  : [values: { readonly [Name in ValueNames<M>]: Name extends 'count' ? number : Value }];

/** The text of a key. Numbers get separators; `count` chooses the plural form. */
export type PlainText<C extends Catalogue> = <K extends keyof C & string>(
  key: K,
  ...values: Values<C[K], string | number>
) => string;

/** The text of a message for a number, before values go in. */
export function chooseForm(language: Language, message: Message, count: unknown): string {
  if (typeof message === 'string') return message;
  if (typeof count !== 'number') return message.other;
  const form = pluralRules[language].select(count);
  return (form === 'one' || form === 'many' ? message[form] : undefined) ?? message.other;
}

const pluralRules: Readonly<Record<Language, Intl.PluralRules>> = {
  en: new Intl.PluralRules('en'),
  'pt-BR': new Intl.PluralRules('pt-BR'),
};

const grouped: Readonly<Record<Language, Intl.NumberFormat>> = {
  en: new Intl.NumberFormat('en'),
  'pt-BR': new Intl.NumberFormat('pt-BR'),
};

/** Puts one value in; numbers get the language's separators. */
export function valueText(language: Language, value: string | number): string {
  return typeof value === 'number' ? grouped[language].format(value) : value;
}

/** Splits a text at its names: even entries are text, odd ones are names. */
export function splitAtNames(text: string): string[] {
  return text.split(/\{([A-Za-z]+)\}/);
}

/** The names in braces of a message, sorted, each once. */
export function namesIn(message: Message): string[] {
  const texts = typeof message === 'string' ? [message] : Object.values(message).filter((form) => form !== undefined);
  const names = texts.flatMap((text) => splitAtNames(text).filter((_part, index) => index % 2 === 1));
  return [...new Set(names)].toSorted();
}
