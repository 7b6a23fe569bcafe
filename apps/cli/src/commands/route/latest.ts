import { getModel } from '@cluster-ai/contract/api/models.ts';
import { putRoute } from '@cluster-ai/contract/api/routes.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { clientOf } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { findRoute, printPreview, withPreview } from './preview.ts';
import type { PreviewOptions } from './preview.ts';
import { printChanged, withWaiting } from './print-changed.ts';
import type { WaitOptions } from './print-changed.ts';

interface LatestOptions extends PreviewOptions, WaitOptions {
  readonly stickyHeader?: string;
}

export function routeLatestCommand(): Command {
  const command = new Command('latest')
    .description('Let a route follow the newest version of a model, each new one as soon as it is ready')
    .argument('<route>')
    .argument('[model]', 'whose versions; the name of the route unless given')
    .option('--sticky-header <name>', 'request header whose value always meets the same version')
    .action((route: string, model: string | undefined, _flags, command: Command) =>
      latest(route, model ?? route, command.optsWithGlobals<LatestOptions>()),
    );
  return withExamples(
    withWaiting(withPreview(command)),
    'cluster-ai route latest iris',
    'cluster-ai route latest flowers iris --dry-run',
  );
}

async function latest(name: string, model: string, options: LatestOptions): Promise<void> {
  const client = clientOf(options);
  const policy = { kind: 'latest' as const, model };
  const { stickyHeader } = options;
  if (options.dryRun === true) {
    const present = await findRoute(client, name);
    const { versions } = await call(client, getModel, { params: { name: model } });
    const variants = versions.slice(0, 1).map(({ version }) => ({ model, version, weight: 100 }));
    return printPreview(options, name, present, { policy, variants, stickyHeader });
  }
  const route = await call(client, putRoute, { params: { name }, body: { policy, stickyHeader } });
  await printChanged(client, route, options);
}
