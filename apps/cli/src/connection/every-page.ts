import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { listModels } from '@cluster-ai/contract/api/models.ts';
import type { Model } from '@cluster-ai/contract/api/models.ts';
import { pageSizeMax } from '@cluster-ai/contract/api/page.ts';

/** All models, page by page. */
export async function everyModel(client: ClientOptions): Promise<Model[]> {
  const models: Model[] = [];
  let cursor: string | undefined;
  do {
    const page = await callEndpoint(client, listModels, { query: { limit: pageSizeMax, cursor } });
    models.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return models;
}
