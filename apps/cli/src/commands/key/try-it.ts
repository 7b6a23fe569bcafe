import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getModel } from '@cluster-ai/contract/api/models.ts';
import { listRoutes } from '@cluster-ai/contract/api/routes.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { shellWord } from '@cluster-ai/contract/shell-words.ts';
import { modelsCover } from '@cluster-ai/core/access/roles.ts';
import type { KeyAction } from '@cluster-ai/core/access/roles.ts';
import { call } from '../../connection/call.ts';
import { readList } from '../../connection/read-list.ts';
import { resolveGateway } from '../../connection/server.ts';
import { exampleBody } from '../../up/prediction-command.ts';

/** Routes that are looked at for one whose example fits on a line. */
const routesMax = 20;

/**
 * A curl command that works with a new key: a prediction where it may infer, otherwise a look at the control API. The key
 * is in it as the shell's `$KEY`, so that it is in no process list.
 * @returns null when there is nothing yet that the key may ask.
 */
export async function curlForKey(
  client: ClientOptions,
  { actions, models }: { readonly actions: readonly KeyAction[]; readonly models: readonly string[] | null },
): Promise<string | null> {
  const header = `curl -H "authorization: Bearer $KEY"`;
  if (!actions.includes('infer')) return `${header} ${shellWord(`${client.baseUrl}/api/v1/models`)}`;
  const { items } = await readList(client, listRoutes);
  for (const route of items.filter(({ name }) => modelsCover(models, name)).slice(0, routesMax)) {
    const body = await bodyFor(client, route);
    if (body === null) continue;
    const url = `${await gatewayUrl(client)}/v2/models/${encodeURIComponent(route.name)}/infer`;
    return `${header} ${shellWord(url)} -d ${shellWord(JSON.stringify(body))}`;
  }
  return null;
}

async function bodyFor(client: ClientOptions, { variants }: Route): Promise<unknown> {
  const [variant] = variants;
  if (variant === undefined) return null;
  const { versions } = await call(client, getModel, { params: { name: variant.model } });
  const version = versions.find(({ version }) => version === variant.version);
  return version === undefined ? null : exampleBody(variant.model, version.signature.inputs);
}

/** That of a gateway that is there; else the one that `predict` would ask. */
async function gatewayUrl(client: ClientOptions): Promise<string> {
  const { gateways } = await call(client, getOverview);
  return gateways.find(({ connected }) => connected)?.report.httpUrl ?? resolveGateway(undefined, process.env);
}
