import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { MoonIcon, SunIcon, SystemIcon } from './icons.tsx';
import { chooseTheme, themeChoices, useThemeChoice } from './theme.ts';

const looks = {
  system: { Icon: SystemIcon, label: 'asSystem' },
  light: { Icon: SunIcon, label: 'light' },
  dark: { Icon: MoonIcon, label: 'dark' },
} as const;

/** Light, dark, or whatever the system says. */
export function ThemeSwitch() {
  const t = useText(uiText);
  const chosen = useThemeChoice();
  return (
    <fieldset className="flex rounded-md border border-line bg-sunken p-0.5">
      <legend className="sr-only">{t('colours')}</legend>
      {themeChoices.map((choice) => {
        const { Icon, label } = looks[choice];
        return (
          <label
            key={choice}
            title={t(label)}
            className="cursor-pointer rounded px-2 py-1 text-muted has-checked:bg-accent-soft has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="theme"
              value={choice}
              checked={choice === chosen}
              onChange={() => chooseTheme(choice)}
              className="sr-only"
            />
            <Icon />
            <span className="sr-only">{t(label)}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
