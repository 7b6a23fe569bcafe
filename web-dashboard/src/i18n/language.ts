import { useSyncExternalStore } from 'react';

import { languages, preferredLanguage, type Language } from './languages.ts';

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
export function currentLanguage(): Language {
  const stored = localStorage.getItem(storageKey);
  return languages.find((language) => language === stored) ?? preferredLanguage(navigator.languages);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
