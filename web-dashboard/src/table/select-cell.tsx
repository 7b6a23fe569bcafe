import { useRef, type MouseEvent } from 'react';
import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';
import { withRange } from './selection.ts';

/** Chosen rows by their key; the page keeps them, best in the address. */
export interface Selection {
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

/** The choosing of rows: a click for one, with Shift for all up to it. */
export function useRowChoice(selection: Selection | undefined, keys: readonly string[]) {
  const last = useRef<string>(undefined);
  return (key: string, isRange: boolean) => {
    if (selection === undefined) return;
    selection.onSelect(withRange(selection.selected, keys, isRange ? last.current : key, key));
    last.current = key;
  };
}

interface SelectCellProps {
  readonly name: string;
  readonly isSelected: boolean;
  readonly onChoose: (isRange: boolean) => void;
}

export function SelectCell({ name, isSelected, onChoose }: SelectCellProps) {
  const t = useText(tableText);
  return (
    <td data-column="select" data-label={t('selected')}>
      <input
        type="checkbox"
        data-row-select
        checked={isSelected}
        aria-label={t('select', { name })}
        onClick={(event: MouseEvent) => onChoose(event.shiftKey)}
        onChange={() => undefined}
        className="mt-1 size-4 accent-accent"
      />
    </td>
  );
}
