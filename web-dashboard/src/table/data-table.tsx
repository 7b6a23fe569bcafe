import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';
import type { Column } from './column.ts';
import { HeaderText } from './header-text.tsx';

interface DataTableProps<Row> {
  /** Said by screen readers, and by nobody else: the section's heading is already on the screen. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
}

/** A table of a few rows that are all there. It becomes one card a row where there is little room. */
export function DataTable<Row>({ caption, columns, rows, rowKey }: DataTableProps<Row>) {
  const t = useText(tableText);
  return (
    <section aria-label={t('tableOf', { caption })} tabIndex={0} className="table-frame overflow-x-auto rounded-xl">
      <table className="data-table" data-narrow="cards">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" data-align={column.align}>
                <HeaderText header={column.header} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.id} data-align={column.align} data-column={column.id} data-label={column.header}>
                  {/* One child, so that a cell laid out as a grid has exactly two: its label and its content. */}
                  <div className="min-w-0">{column.cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
