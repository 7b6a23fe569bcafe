import type { FilterOperator, ListField, ListFields } from '@cluster-ai/contract/api/list-filter.ts';
import type { ListDeclaration } from '@cluster-ai/contract/api/list.ts';
import type { RawBuilder } from 'kysely';

/** What PostgreSQL keeps: `integer` is any whole number type, `float` any other, `time` is timestamptz. */
export type ColumnKind = 'text' | 'uuid' | 'integer' | 'float' | 'time' | 'boolean';

/** A field as an SQL expression over the rows of a list. */
export interface ListColumn<Kind extends ColumnKind = ColumnKind> {
  readonly kind: Kind;
  readonly value: RawBuilder<unknown>;
}

/** A field that is no column of the rows: how one condition on it becomes SQL. */
export type ListCondition = (operator: FilterOperator, value: string) => RawBuilder<boolean>;

interface KindsOf {
  readonly text: 'text' | 'uuid';
  readonly 'one-of': 'text';
  readonly number: 'integer' | 'float';
  readonly time: 'time';
  readonly boolean: 'boolean';
}

/** Sorting needs a value; a filter can do with a condition. */
type ColumnOf<Field extends ListField> = Field extends { readonly sortable: true }
  ? ListColumn<KindsOf[Field['type']]>
  : ListColumn<KindsOf[Field['type']]> | ListCondition;

/** Where the declared fields of a list are found. */
export interface ListColumns<Fields extends ListFields = ListFields> {
  readonly list: ListDeclaration<Fields>;
  readonly columns: { readonly [Name in keyof Fields]: ColumnOf<Fields[Name]> };
  /** Unique and never null: decides between rows that are equal in the sorted field. */
  readonly key: ListColumn;
  /** What else chooses the rows, as the name in the path: a cursor serves the same alone. */
  readonly scope?: string;
}
