import type { FilterOperator, FilterTerm, ListFields } from '@cluster-ai/contract/api/list-filter.ts';
import { readNumber, readTimeRange } from '@cluster-ai/contract/api/list-values.ts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { ListColumn, ListColumns, ListCondition } from './list-columns.ts';

type Condition = RawBuilder<boolean>;

/** What the rows must fulfil for one term of a filter that the contract has checked. Values become parameters. */
export function conditionOf<Fields extends ListFields>(term: FilterTerm, source: ListColumns<Fields>): Condition {
  const { field, operator, value } = term;
  if (field !== null) {
    const column = source.columns[field];
    if (column === undefined) throw new Error(`the list has no column for its field ${field}`);
    return conditionOn(column, operator, value);
  }
  const searched = Object.keys(source.list.fields).filter((name) => source.list.fields[name]?.searched === true);
  const conditions = searched.flatMap((name) => {
    const column = source.columns[name];
    return column === undefined ? [] : [conditionOn(column, '~', value)];
  });
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}

function conditionOn(column: ListColumn | ListCondition, operator: FilterOperator, value: string): Condition {
  if (typeof column === 'function') return column(operator, value);
  if (value === '' && column.kind !== 'text') return presence(column, operator);
  if (column.kind === 'time') return timeCondition(column, operator, value);
  if (column.kind === 'text' || column.kind === 'uuid') return textCondition(column, operator, value);
  const compared = column.kind === 'boolean' ? sql`${value === 'true'}::boolean` : sql`${readNumber(value)}::numeric`;
  return sql<boolean>`${column.value} ${comparison(operator)} ${compared}`;
}

function presence({ value }: ListColumn, operator: FilterOperator): Condition {
  return operator === '=' ? sql<boolean>`${value} is null` : sql<boolean>`${value} is not null`;
}

function textCondition(column: ListColumn, operator: FilterOperator, value: string): Condition {
  const text = sql`coalesce(${column.value}::text, '')`;
  if (operator === '~') return containsText(column.value, value);
  return operator === '=' ? sql<boolean>`${text} = ${value}::text` : sql<boolean>`${text} <> ${value}::text`;
}

/** True where the text of an expression has `value` in it, in any case of letters; every sign in it stands for itself. */
export function containsText(expression: RawBuilder<unknown>, value: string): Condition {
  return sql<boolean>`strpos(lower(coalesce(${expression}::text, '')), lower(${value}::text)) > 0`;
}

/** Where a value may be missing, it is not the one that is excluded. */
function comparison(operator: FilterOperator): RawBuilder<unknown> {
  return operator === '!=' ? sql`is distinct from` : sql.raw(operator);
}

/** A written time is a stretch: `=` is within it, `>` is after its end. */
function timeCondition({ value }: ListColumn, operator: FilterOperator, text: string): Condition {
  const range = readTimeRange(text);
  if (range === null) throw new Error('the contract has let something pass that is no time');
  const start = timeAtMs(range.startMs);
  const end = timeAtMs(range.endMs);
  if (operator === '=') return sql<boolean>`(${value} >= ${start} and ${value} < ${end})`;
  if (operator === '!=') return sql<boolean>`(${value} < ${start} or ${value} >= ${end} or ${value} is null)`;
  if (operator === '>=') return sql<boolean>`${value} >= ${start}`;
  if (operator === '>') return sql<boolean>`${value} >= ${end}`;
  return operator === '<' ? sql<boolean>`${value} < ${start}` : sql<boolean>`${value} < ${end}`;
}

/** The driver writes dates before year 1 in a form of its own; a number has one form. */
function timeAtMs(milliseconds: number): RawBuilder<Date> {
  return sql<Date>`(timestamptz 'epoch' + ${milliseconds}::float8 * interval '1 millisecond')`;
}
