import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getModel } from '@cluster-ai/contract/api/models.ts';
import { getRoute, putRoute } from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { parseShare } from './parse-weights.ts';
import type { Share } from './parse-weights.ts';
import { printChanged, withWaiting } from './print-changed.ts';
import type { WaitOptions } from './print-changed.ts';

interface SplitOptions extends GlobalOptions, WaitOptions {
  readonly stickyHeader?: string;
}

export function routeSplitCommand(): Command {
  const command = new Command('split')
    .description('Share the traffic of a route among versions by weight: route split iris 1=90 2=10')
    .argument('<route>')
    .argument('<version=weight...>', 'versions by number or alias; model@version for those of another model')
    .option('--sticky-header <name>', 'request header whose value always meets the same version')
    .action((route: string, shares: string[], _flags, command: Command) =>
      split(route, shares, command.optsWithGlobals<SplitOptions>()),
    );
  return withWaiting(command);
}

async function split(name: string, texts: readonly string[], options: SplitOptions): Promise<void> {
  const client = clientOf(options);
  const shares = texts.map(parseShare);
  const ownModel = shares.some(({ model }) => model === null) ? await modelOfRoute(client, name) : name;
  const variants = await Promise.all(
    shares.map(async ({ model, version, weight }) => {
      const named = model ?? ownModel;
      return { model: named, version: await versionNumber(client, named, version), weight };
    }),
  );
  const body = { policy: { kind: 'split' as const, variants }, stickyHeader: options.stickyHeader };
  const route = await callEndpoint(client, putRoute, { params: { name }, body });
  await printChanged(client, route, options);
}

/** The model whose versions a route has: of its own name when the route does not exist yet. */
async function modelOfRoute(client: ClientOptions, name: string): Promise<string> {
  try {
    const { policy } = await callEndpoint(client, getRoute, { params: { name } });
    return policy.kind === 'latest' ? policy.model : (policy.variants[0]?.model ?? name);
  } catch (error) {
    if (error instanceof ClusterError && (error.code === 'NOT_FOUND' || error.code === 'MODEL_NOT_FOUND')) return name;
    throw error;
  }
}

async function versionNumber(client: ClientOptions, model: string, version: Share['version']): Promise<number> {
  if (/^[1-9]\d*$/.test(version)) return Number(version);
  const { aliases } = await callEndpoint(client, getModel, { params: { name: model } });
  const number = aliases[version];
  if (number !== undefined) return number;
  const known = Object.keys(aliases);
  throw new ClusterError(
    'NOT_FOUND',
    `${model} has no alias ${version}; it has ${known.length === 0 ? 'none' : known.join(', ')}`,
  );
}
