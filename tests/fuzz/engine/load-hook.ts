import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { instrument } from './instrument.ts';

/** What was instrumented so far. */
export interface LoadedSources {
  places: number;
  readonly literals: Set<string>;
}

/**
 * Instruments our own sources while Node loads them, in this thread; packages from npm stay as they are.
 * @param folders absolute; only files in them are instrumented.
 */
export function instrumentOnLoad(folders: readonly string[]): LoadedSources {
  const loaded: LoadedSources = { places: 0, literals: new Set() };
  const prefixes = folders.map((folder) => `${pathToFileURL(folder).href}/`);
  registerHooks({
    load(url, context, nextLoad) {
      const result = nextLoad(url, context);
      const isOurs = prefixes.some((prefix) => url.startsWith(prefix)) && !url.includes('/node_modules/');
      if (!isOurs || !url.endsWith('.ts') || result.source === undefined || result.source === null) return result;
      const source = typeof result.source === 'string' ? result.source : new TextDecoder().decode(result.source);
      const instrumented = instrument(fileURLToPath(url), source, loaded.places);
      loaded.places += instrumented.places;
      for (const literal of instrumented.literals) loaded.literals.add(literal);
      return { ...result, source: instrumented.text };
    },
  });
  return loaded;
}
