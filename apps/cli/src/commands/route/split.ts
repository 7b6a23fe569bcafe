import { getModel } from '@cluster-ai/contract/api/models.ts';
import type { Model } from '@cluster-ai/contract/api/models.ts';
import { putRoute } from '@cluster-ai/contract/api/routes.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { clientOf } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { parseShare } from './parse-weights.ts';
import { findRoute, printPreview, withPreview } from './preview.ts';
import type { PreviewOptions } from './preview.ts';
import { printChanged, withWaiting } from './print-changed.ts';
import type { WaitOptions } from './print-changed.ts';

interface SplitOptions extends PreviewOptions, WaitOptions {
  readonly stickyHeader?: string;
}

export function routeSplitCommand(): Command {
  const command = new Command('split')
    .description('Share the traffic of a route among versions by weight')
    .argument('<route>')
    .argument('<version=weight...>', 'versions by number or alias; model@version for those of another model')
    .option('--sticky-header <name>', 'request header whose value always meets the same version')
    .action((route: string, shares: string[], _flags, command: Command) =>
      split(route, shares, command.optsWithGlobals<SplitOptions>()),
    );
  return withExamples(
    withWaiting(withPreview(command)),
    'cluster-ai route split iris 1=90 2=10',
    'cluster-ai route split iris champion=95 iris-forest@3=5 --dry-run',
  );
}

async function split(name: string, texts: readonly string[], options: SplitOptions): Promise<void> {
  const client = clientOf(options);
  const shares = texts.map(parseShare);
  const present = await findRoute(client, name);
  const ownModel = present === null ? name : modelOf(present);
  const models = new Map<string, Model>();
  for (const model of new Set(shares.map((share) => share.model ?? ownModel))) {
    models.set(model, await call(client, getModel, { params: { name: model } }));
  }
  const variants = shares.map(({ model, version, weight }) => {
    const named = model ?? ownModel;
    return { model: named, version: versionNumber(named, models.get(named)?.aliases, version), weight };
  });
  const policy = { kind: 'split' as const, variants };
  const { stickyHeader } = options;
  if (options.dryRun === true) return printPreview(options, name, present, { policy, variants, stickyHeader });
  const route = await call(client, putRoute, { params: { name }, body: { policy, stickyHeader } });
  await printChanged(client, route, options);
}

/** The model whose versions a route has. */
function modelOf({ name, policy }: Route): string {
  return policy.kind === 'latest' ? policy.model : (policy.variants[0]?.model ?? name);
}

/** A number is judged by the server. @throws ClusterError NOT_FOUND naming the aliases that there are. */
function versionNumber(name: string, aliases: Model['aliases'] | undefined, version: string): number {
  if (/^[1-9]\d*$/.test(version)) return Number(version);
  const number = aliases?.[version];
  if (number !== undefined) return number;
  const known = Object.keys(aliases ?? {});
  throw new ClusterError(
    'NOT_FOUND',
    `${name} has no alias ${version}; it has ${known.length === 0 ? 'none' : known.join(', ')}`,
    { fix: `cluster-ai alias list ${name}` },
  );
}
