import { Combobox } from '@base-ui/react/combobox';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { offeredRoutesQuery } from '../../api/playground-target.ts';
import { fieldClass } from '../../forms/field-frame.tsx';
import { playgroundText } from '../../i18n/playground-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { useDebounced } from '../../ui/use-debounced.ts';

/** A pause in typing after which the server is asked, milliseconds. */
const pauseMs = 200;

interface RouteChoiceProps {
  /** The route that is called now. */
  readonly route: string;
  readonly onChoose: (route: string) => void;
}

/** Chooses a route among any number: the server looks for what is typed. */
export function RouteChoice({ route, onChoose }: RouteChoiceProps) {
  const t = useText(playgroundText);
  const [isOpen, setIsOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const { data } = useQuery({ ...offeredRoutesQuery(useDebounced(typed, pauseMs)), enabled: isOpen });
  // What is there may still be the answer to fewer letters.
  const names = (data?.items ?? [])
    .map(({ name }) => name)
    .filter((name) => name.toLowerCase().includes(typed.toLowerCase()));
  return (
    <Combobox.Root
      items={names}
      // The server has searched already.
      filter={null}
      value={route}
      onValueChange={(name: string | null) => {
        if (name !== null && name !== route) onChoose(name);
      }}
      onInputValueChange={(text, { reason }) => setTyped(reason === 'input-change' ? text.trim() : '')}
      open={isOpen}
      onOpenChange={setIsOpen}
      autoHighlight
    >
      <Combobox.Input
        aria-label={t('model')}
        spellCheck={false}
        onFocus={(event) => event.currentTarget.select()}
        className={`${fieldClass} max-w-72`}
      />
      <Combobox.Portal>
        <Combobox.Positioner align="start" sideOffset={4} className="z-50">
          <Combobox.Popup className="max-h-[min(20rem,var(--available-height))] w-[var(--anchor-width)] overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-raised outline-none">
            <Combobox.List aria-label={t('routesFound')} className="empty:hidden">
              {(name: string) => (
                <Combobox.Item
                  key={name}
                  value={name}
                  className="rounded-md px-2.5 py-1.5 break-words outline-none data-highlighted:bg-accent-soft data-selected:font-semibold"
                >
                  {name}
                </Combobox.Item>
              )}
            </Combobox.List>
            <Combobox.Status className="px-2.5 py-1 text-sm text-muted empty:hidden">
              {data === undefined
                ? null
                : names.length === 0
                  ? t('noRouteFound')
                  : data.next === null
                    ? null
                    : t('moreRoutes')}
            </Combobox.Status>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
