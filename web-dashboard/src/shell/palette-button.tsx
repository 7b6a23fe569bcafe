import { paletteText } from '../i18n/palette-text.ts';
import { useText } from '../i18n/use-text.ts';
import { SearchIcon } from '../ui/icons.tsx';
import { Keys } from './keys.tsx';
import { paletteKeys } from './platform-keys.ts';

/** Opens the palette, for those who do not know its keys yet. */
export function PaletteButton({
  onOpen,
  compact = false,
}: {
  readonly onOpen: () => void;
  readonly compact?: boolean;
}) {
  const t = useText(paletteText);
  if (compact) {
    return (
      <button type="button" onClick={onOpen} aria-label={t('open')} className="rounded-md p-2 hover:bg-sunken">
        <SearchIcon />
      </button>
    );
  }
  return (
    <button
      type="button"
      onClick={onOpen}
      className="flex items-center gap-2.5 rounded-md border border-line bg-sunken px-2.5 py-1.5 text-left text-sm text-muted hover:border-line-strong hover:text-ink"
    >
      <SearchIcon />
      <span className="min-w-0 flex-1 truncate">{t('open')}</span>
      <Keys keys={paletteKeys} />
    </button>
  );
}
