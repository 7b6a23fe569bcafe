import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { listRouteRevisions } from '@cluster-ai/contract/api/routes.ts';
import type { RouteRevision } from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { readList } from '../../connection/read-list.ts';
import { print } from '../../output/print.ts';
import { timeText, visible } from '../../output/table.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { policyText } from './policy-text.ts';
import { diffTable, diffVariants } from './variant-diff.ts';

interface DiffOptions extends GlobalOptions {
  readonly from?: number;
  readonly to?: number;
}

export function routeDiffCommand(): Command {
  const command = new Command('diff')
    .description('Show what changed between two revisions of a route')
    .argument('<route>')
    .option('--from <revision>', 'the older one; the one before --to unless given', wholeNumber)
    .option('--to <revision>', 'the newer one; the present one unless given', wholeNumber)
    .action((name: string, _flags, command: Command) => diff(name, command.optsWithGlobals<DiffOptions>()));
  return withExamples(command, 'cluster-ai route diff iris', 'cluster-ai route diff iris --from 3 --to 5');
}

async function diff(name: string, options: DiffOptions): Promise<void> {
  const revisions = await everyRevision(clientOf(options), name);
  const to = options.to ?? revisions[0]?.revision ?? 0;
  const newer = revisionOf(name, revisions, to);
  const older = revisionOf(name, revisions, options.from ?? olderThan(name, revisions, newer));
  const variants = diffVariants(older.variants, newer.variants);
  print(options.output, { route: name, from: older, to: newer, variants }, () =>
    [headline('from', older), headline('to  ', newer), '', diffTable(variants)].join('\n'),
  );
}

async function everyRevision(client: ClientOptions, name: string): Promise<RouteRevision[]> {
  return (await readList(client, listRouteRevisions, { params: { name } })).items;
}

function revisionOf(name: string, revisions: readonly RouteRevision[], wanted: number): RouteRevision {
  const found = revisions.find(({ revision }) => revision === wanted);
  if (found !== undefined) return found;
  throw new ClusterError('NOT_FOUND', `${name} has no revision ${wanted}`, {
    fix: `cluster-ai route history ${name} lists them`,
  });
}

function olderThan(name: string, revisions: readonly RouteRevision[], { revision }: RouteRevision): number {
  const older = revisions.find((each) => each.revision < revision);
  if (older !== undefined) return older.revision;
  throw new ClusterError(
    'NOT_FOUND',
    `revision ${revision} is the first of ${name}: there is nothing to compare it with`,
  );
}

function headline(word: string, { revision, policy, createdAt, createdBy }: RouteRevision): string {
  return `${word} revision ${revision}: ${policyText(policy)}, ${timeText(createdAt)} by ${visible(createdBy)}`;
}
