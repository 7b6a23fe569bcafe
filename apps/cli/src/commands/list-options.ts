import { operatorsOf } from '@cluster-ai/contract/api/list-filter.ts';
import { pageSizeDefault } from '@cluster-ai/contract/api/list.ts';
import type { ListDeclaration } from '@cluster-ai/contract/api/list.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { Option } from 'commander';
import type { Command } from 'commander';
import { readList } from '../connection/read-list.ts';
import type { ListEndpoint } from '../connection/read-list.ts';
import { print } from '../output/print.ts';
import { renderTable } from '../output/table.ts';
import { wholeNumber } from './arguments.ts';
import type { GlobalOptions } from './context.ts';

export interface ListOptions extends GlobalOptions {
  readonly filter?: string;
  readonly sort?: string;
  readonly limit: number;
  readonly all?: boolean;
}

const declarations = new WeakMap<Command, ListDeclaration>();

/** By which fields a command filters and sorts; undefined for one that does not. */
export function listDeclarationOf(command: Command): ListDeclaration | undefined {
  return declarations.get(command);
}

/** The options of every command that lists; its help names the fields of the list. */
export function withListOptions<T>(command: Command, { query }: ListEndpoint<T>): Command {
  if (query.list !== undefined) {
    declarations.set(command, query.list);
    command
      .option('--filter <conditions>', 'show only what fits, as in "name~iris"; fields are below')
      .option('--sort <field>', `order; -field for the largest first (default: ${query.list.defaultSort})`)
      .addHelpText('after', fieldsText(query.list));
  }
  return command
    .addOption(new Option('--limit <number>', 'show at most this many').argParser(wholeNumber).default(pageSizeDefault))
    .addOption(new Option('--all', 'show all, however many').conflicts('limit'));
}

/** What `--filter` and `--sort` know, for the help of a command. */
function fieldsText({ fields }: ListDeclaration): string {
  const rows = Object.entries(fields).map(([name, field]) => [
    `  ${name}`,
    operatorsOf[field.type].join(' '),
    field.sortable === true ? 'sortable' : '',
    field.values === undefined ? field.about : `${field.about}: ${field.values.join(', ')}`,
  ]);
  const searched = Object.keys(fields).filter((name) => fields[name]?.searched === true);
  return [
    '',
    'Fields:',
    ...(rows.length === 0 ? [] : [renderTable(['  FIELD', 'OPERATORS', '', ''], rows)]),
    ...(searched.length === 0 ? [] : [`Words without a field are looked for in ${searched.join(', ')}.`]),
  ].join('\n');
}

/** How a list looks for people. */
export interface ListTable<T> {
  readonly columns: readonly string[];
  readonly row: (item: T) => readonly string[];
  /** Said in place of an empty table: what to do next. */
  readonly empty: string;
}

/** Things as a table, or what to do next where there are none. */
export function tableText<T>(items: readonly T[], { columns, row, empty }: ListTable<T>): string {
  return items.length === 0 ? empty : renderTable(columns, items.map(row));
}

export interface ListToPrint<T> {
  readonly client: ClientOptions;
  readonly target: ListEndpoint<T>;
  readonly params?: Readonly<Record<string, string>>;
  readonly table: ListTable<T>;
}

/** Reads a list as the options say and prints it; that there is more is said on stderr, so that no script misses it. */
export async function printList<T>(
  options: ListOptions,
  { client, target, params, table }: ListToPrint<T>,
): Promise<void> {
  const { filter, sort, all = false } = options;
  const limit = all ? undefined : options.limit;
  const { items, more } = await readList(client, target, { params, filter, sort, limit });
  print(options.output, items, () =>
    items.length === 0 && filter !== undefined ? `nothing fits ${filter}` : tableText(items, table),
  );
  if (more) process.stderr.write(`the first ${items.length} are shown; --all shows the rest\n`);
}
