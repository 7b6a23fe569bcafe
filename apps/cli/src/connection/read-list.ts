import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { parseFilter } from '@cluster-ai/contract/api/list-filter.ts';
import { parseSort } from '@cluster-ai/contract/api/list.ts';
import type { ListDeclaration } from '@cluster-ai/contract/api/list.ts';
import { pageSizeMax } from '@cluster-ai/contract/api/page.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import { call } from './call.ts';

/** An endpoint that answers a page of things. */
export type ListEndpoint<T> = Endpoint<
  z.ZodType,
  z.ZodType & { readonly list?: ListDeclaration },
  z.ZodType,
  z.ZodType<{ items: T[]; next: string | null }>
>;

export interface ListRequest {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly filter?: string | undefined;
  readonly sort?: string | undefined;
  /** Things at most; undefined for all of them. */
  readonly limit?: number | undefined;
}

export interface ListResult<T> {
  readonly items: T[];
  /** There are more than the limit. */
  readonly more: boolean;
}

/**
 * Reads a list page by page, up to its limit.
 * @throws ClusterError CONFIG_INVALID for a filter or an order that the list does not know, before anything is asked.
 */
export async function readList<T>(
  client: ClientOptions,
  target: ListEndpoint<T>,
  { params, filter, sort, limit = Number.POSITIVE_INFINITY }: ListRequest = {},
): Promise<ListResult<T>> {
  checkFilter(target.query.list, filter);
  checkSort(target.query.list, sort);
  const items: T[] = [];
  let cursor: string | undefined;
  for (;;) {
    const query = { filter, sort, cursor, limit: Math.min(pageSizeMax, limit - items.length) };
    const page = await call(client, target, { params, query });
    items.push(...page.items);
    if (page.next === null) return { items, more: false };
    if (items.length >= limit) return { items, more: true };
    cursor = page.next;
  }
}

/** The mistake is shown where it stands. */
function checkFilter(list: ListDeclaration | undefined, filter: string | undefined): void {
  if (filter === undefined) return;
  if (list === undefined) throw new ClusterError('CONFIG_INVALID', '--filter: this list cannot be filtered');
  const { problem } = parseFilter(filter, list.fields);
  if (problem === null) return;
  // One column a character, whatever the terminal makes of it.
  const shown = filter.replaceAll(/\p{Cc}/gu, ' ');
  throw new ClusterError(
    'CONFIG_INVALID',
    `--filter: ${problem.message}\n  ${shown}\n  ${' '.repeat(problem.position - 1)}^`,
  );
}

function checkSort(list: ListDeclaration | undefined, sort: string | undefined): void {
  if (sort === undefined) return;
  if (list === undefined) throw new ClusterError('CONFIG_INVALID', '--sort: this list has one order');
  const read = parseSort(sort, list.fields);
  if (typeof read === 'string') throw new ClusterError('CONFIG_INVALID', `--sort: ${read}`);
}
