import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import { paletteText } from '../../i18n/palette-text.ts';
import { uiText } from '../../i18n/ui-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { SearchIcon } from '../../ui/icons.tsx';
import { useDebounced } from '../../ui/use-debounced.ts';
import type { PaletteEntry } from './entry.ts';
import { fittingGroups, searchWords } from './match.ts';
import { PaletteList } from './palette-list.tsx';
import { useEntries } from './use-entries.ts';
import { useFound } from './use-found.ts';

/** A pause in typing after which the server is asked, milliseconds. */
const pauseMs = 150;

interface PaletteProps {
  readonly onClose: () => void;
  readonly onShowKeys: () => void;
}

/** Everything by name, from the keyboard: pages, models, routes, actions. Open as long as it is there. */
export function Palette({ onClose, onShowKeys }: PaletteProps) {
  const t = useText(paletteText);
  const ui = useText(uiText);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-veil" />
        <Dialog.Viewport className="fixed inset-0 z-40 flex items-start justify-center overflow-hidden p-3 sm:pt-[12vh]">
          <Dialog.Popup className="flex max-h-[70vh] w-full max-w-xl flex-col overflow-hidden rounded-xl border border-line bg-raised shadow-raised outline-none">
            <Dialog.Title className="sr-only">{t('title')}</Dialog.Title>
            <PaletteSearch onClose={onClose} onShowKeys={onShowKeys} />
            <Dialog.Close className="sr-only">{ui('close')}</Dialog.Close>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteSearch({ onClose, onShowKeys }: PaletteProps) {
  const t = useText(paletteText);
  const [text, setText] = useState('');
  const known = useEntries(onShowKeys);
  const found = useFound(searchWords(useDebounced(text, pauseMs)));
  const groups = fittingGroups([...known, ...found.entries], searchWords(text));
  const run = (entry: PaletteEntry) => {
    if (entry.disabledReason !== undefined) return;
    onClose();
    entry.run();
  };
  return (
    <Autocomplete.Root
      open
      inline
      items={groups}
      // The list is searched already: here and, for models and routes, on the server.
      filter={null}
      value={text}
      onValueChange={(value, { reason }) => {
        // Choosing an entry does it; its name does not go into the field.
        if (reason !== 'item-press') setText(value);
      }}
      itemToStringValue={({ label }: PaletteEntry) => label}
      autoHighlight="always"
      keepHighlight
    >
      <div className="flex items-center gap-3 border-b border-line px-4">
        <SearchIcon className="text-muted" />
        <Autocomplete.Input
          aria-label={t('title')}
          placeholder={t('placeholder')}
          spellCheck={false}
          className="min-h-12 w-full bg-transparent outline-none placeholder:text-muted"
        />
      </div>
      <PaletteList onChoose={run} />
      <Autocomplete.Status className="px-4 pb-2 text-sm text-muted empty:hidden">
        {found.error !== null
          ? t('searchFailed', { message: found.error.message })
          : groups.length > 0
            ? null
            : t(found.isSearching ? 'searching' : 'nothing')}
      </Autocomplete.Status>
    </Autocomplete.Root>
  );
}
