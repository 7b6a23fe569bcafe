import { useRef } from 'react';
import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';
import type { Column } from './column.ts';
import { SelectCell, useRowChoice, type Selection } from './select-cell.tsx';
import { SortHeader } from './sort-header.tsx';
import { useRowKeys } from './use-row-keys.ts';

interface ListRowsProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly sort: string | undefined;
  readonly onSort: (column: string) => void;
  readonly selection?: Selection;
}

/** The rows of a list, with headers that sort and rows that the keyboard reaches. */
export function ListRows<Row>({ caption, columns, rows, rowKey, sort, onSort, selection }: ListRowsProps<Row>) {
  const t = useText(tableText);
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(body);
  const choose = useRowChoice(selection, rows.map(rowKey));
  return (
    <section aria-label={t('tableOf', { caption })} tabIndex={0} className="table-frame overflow-x-auto rounded-t-xl">
      <table className="data-table" data-narrow="cards">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {selection !== undefined && (
              <th scope="col" data-column="select">
                <span className="sr-only">{t('selected')}</span>
              </th>
            )}
            {columns.map((column) => (
              <SortHeader key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => {
            const key = rowKey(row);
            const isSelected = selection?.selected.has(key) === true;
            return (
              <tr key={key} data-chosen={isSelected || undefined}>
                {selection !== undefined && (
                  <SelectCell name={key} isSelected={isSelected} onChoose={(isRange) => choose(key, isRange)} />
                )}
                {columns.map((column) => (
                  <td key={column.id} data-align={column.align} data-column={column.id} data-label={column.header}>
                    <div className="min-w-0">{column.cell(row)}</div>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
