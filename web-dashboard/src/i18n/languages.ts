export const languages = ['en', 'pt-BR'] as const;

export type Language = (typeof languages)[number];

/** Each language in its own words: whoever looks for it may not read the other. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', 'pt-BR': 'Português (Brasil)' };

/** The first of the wanted languages that there is, Portuguese of any country among them; English without one. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'pt') return 'pt-BR';
    if (primary === 'en') return 'en';
  }
  return 'en';
}
