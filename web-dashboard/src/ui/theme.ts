import { useSyncExternalStore } from 'react';

export const themeChoices = ['system', 'light', 'dark'] as const;

export type ThemeChoice = (typeof themeChoices)[number];

const storageKey = 'cluster-ai.theme';
const listeners = new Set<() => void>();

/** Shows the stored choice. Called before the first render, so that the page never flashes in the other colours. */
export function applyStoredTheme(): void {
  show(storedChoice());
  systemIsDark().addEventListener('change', notify);
}

export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem(storageKey, choice);
  show(choice);
  notify();
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, storedChoice);
}

/** What is on the screen now: canvases have to be drawn again when it changes. */
export function useThemeShown(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () => {
    const choice = storedChoice();
    if (choice !== 'system') return choice;
    return systemIsDark().matches ? 'dark' : 'light';
  });
}

let asked: MediaQueryList | undefined;

/** Asked for when it is needed: what only names pages loads this file outside of a browser. */
function systemIsDark(): MediaQueryList {
  asked ??= globalThis.matchMedia('(prefers-color-scheme: dark)');
  return asked;
}

function storedChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey);
  return themeChoices.find((choice) => choice === stored) ?? 'system';
}

function show(choice: ThemeChoice): void {
  const { dataset } = document.documentElement;
  if (choice === 'system') delete dataset['theme'];
  else dataset['theme'] = choice;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}
