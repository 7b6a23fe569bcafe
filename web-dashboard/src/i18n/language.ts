import { useSyncExternalStore } from 'react';

export const languages = ['en', 'pt-BR'] as const;

export type Language = (typeof languages)[number];

/** Each language in its own words: whoever looks for it may not read the other. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', 'pt-BR': 'Português (Brasil)' };

const storageKey = 'cluster-ai.language';
const listeners = new Set<() => void>();

/** Sets `<html lang>`. Called before the first render. */
export function applyStoredLanguage(): void {
  document.documentElement.lang = currentLanguage();
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(storageKey, language);
  document.documentElement.lang = language;
  for (const listener of listeners) listener();
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, currentLanguage);
}

/** The reader's choice, or what their browser prefers. */
function currentLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  return languages.find((language) => language === stored) ?? preferredLanguage(navigator.languages);
}

/** The first of the wanted languages that there is, Portuguese of any country among them; English without one. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'pt') return 'pt-BR';
    if (primary === 'en') return 'en';
  }
  return 'en';
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
