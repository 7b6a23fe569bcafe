import { Autocomplete } from '@base-ui/react/autocomplete';
import { paletteText } from '../../i18n/palette-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Keys } from '../keys.tsx';
import type { PaletteEntry } from './entry.ts';
import type { FittingGroup } from './match.ts';

/** The list under the search; the field keeps the focus and names the active entry. */
export function PaletteList({ onChoose }: { readonly onChoose: (entry: PaletteEntry) => void }) {
  const t = useText(paletteText);
  return (
    <Autocomplete.List aria-label={t('results')} className="min-h-0 overflow-y-auto p-1.5 empty:hidden">
      {({ group, items }: FittingGroup) => (
        <Autocomplete.Group key={group} items={items}>
          <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-xs font-medium text-muted">
            {t(group)}
          </Autocomplete.GroupLabel>
          <Autocomplete.Collection>
            {(entry: PaletteEntry) => (
              <Autocomplete.Item
                key={entry.id}
                value={entry}
                aria-disabled={entry.disabledReason !== undefined || undefined}
                onClick={() => onChoose(entry)}
                className="flex items-center justify-between gap-3 rounded-md px-2.5 py-1.5 outline-none aria-disabled:text-muted data-highlighted:bg-accent-soft"
              >
                <span className="min-w-0 break-words">
                  {entry.label}
                  {entry.disabledReason !== undefined && <span className="block text-xs">{entry.disabledReason}</span>}
                </span>
                {entry.keys !== undefined && <Keys keys={entry.keys} />}
              </Autocomplete.Item>
            )}
          </Autocomplete.Collection>
        </Autocomplete.Group>
      )}
    </Autocomplete.List>
  );
}
