import { SortIcon } from '../ui/icons.tsx';
import { HeaderText } from './header-text.tsx';

interface SortHeaderProps {
  readonly column: {
    readonly header: string;
    readonly align?: 'end';
    readonly sort?: string;
    readonly id: string;
  };
  readonly sort: string | undefined;
  readonly onSort: (column: string) => void;
}

/** A column's header; a press sorts by it where the API can. */
export function SortHeader({ column, sort, onSort }: SortHeaderProps) {
  const { header, align, sort: name } = column;
  if (name === undefined) {
    return (
      <th scope="col" data-align={align} data-column={column.id}>
        <HeaderText header={header} />
      </th>
    );
  }
  const order = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : undefined;
  const turned = order === 'descending' ? 'rotate-180' : order === undefined ? 'opacity-0 group-hover:opacity-60' : '';
  return (
    <th scope="col" data-align={align} data-column={column.id} aria-sort={order}>
      <button
        type="button"
        onClick={() => onSort(name)}
        className={`group -mx-1.5 inline-flex items-center gap-1 rounded px-1.5 py-0.5 hover:bg-sunken hover:text-ink ${order === undefined ? '' : 'text-ink'}`}
      >
        {header}
        <SortIcon className={`size-3! ${turned}`} />
      </button>
    </th>
  );
}
