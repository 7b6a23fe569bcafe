import { chooseLanguage, useLanguage } from '../i18n/language.ts';
import { languageNames, languages } from '../i18n/languages.ts';
import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { ThemeSwitch } from '../ui/theme-switch.tsx';

/** Language and colours, for pages without the user menu. */
export function ReaderChoices() {
  const t = useText(uiText);
  const language = useLanguage();
  return (
    <footer className="flex flex-wrap items-center justify-center gap-4">
      <select
        aria-label={t('language')}
        value={language}
        onChange={(event) => {
          const chosen = languages.find((entry) => entry === event.target.value);
          if (chosen !== undefined) chooseLanguage(chosen);
        }}
        className="rounded-md border border-line bg-sunken px-2 py-1.5 text-sm"
      >
        {languages.map((entry) => (
          <option key={entry} value={entry} lang={entry}>
            {languageNames[entry]}
          </option>
        ))}
      </select>
      <ThemeSwitch />
    </footer>
  );
}
