import { uiText } from '../i18n/ui-text.ts';
import { useText } from '../i18n/use-text.ts';
import { CopyButton } from './copy-button.tsx';

/** Text past this is not put on the screen; copying still takes all of it. */
const shownCharactersMax = 12_000;

/** Code with a copy button. Scrolls in both directions, by keyboard too. */
export function CodeBlock({ code, label }: { readonly code: string; readonly label: string }) {
  const t = useText(uiText);
  const hidden = code.length - shownCharactersMax;
  return (
    <div className="relative">
      <div className="absolute top-2 right-2">
        <CopyButton text={code} what={label} />
      </div>
      {/* A region that scrolls must be reachable by keyboard. */}
      <section
        aria-label={label}
        tabIndex={0}
        className="max-h-96 overflow-auto rounded-lg border border-line bg-sunken p-4 pr-28"
      >
        <pre className="font-mono text-xs leading-relaxed">
          <code>{hidden > 0 ? code.slice(0, shownCharactersMax) : code}</code>
        </pre>
        {hidden > 0 && <p className="mt-2 text-muted">{t('moreCharacters', { count: hidden })}</p>}
      </section>
    </div>
  );
}
