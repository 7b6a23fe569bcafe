import type { ReactNode } from 'react';

export interface Column<Row> {
  /** `actions` for the column of buttons. */
  readonly id: string;
  readonly header: string;
  readonly align?: 'end';
  /** The API's name for sorting by it; without it the header cannot be pressed. */
  readonly sort?: string;
  readonly cell: (row: Row) => ReactNode;
}
