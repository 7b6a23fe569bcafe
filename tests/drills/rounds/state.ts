import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { listKeys } from '@cluster-ai/contract/api/keys.ts';
import { getModel, listVersions } from '@cluster-ai/contract/api/models.ts';
import { getRoute } from '@cluster-ai/contract/api/routes.ts';
import { listSettings } from '@cluster-ai/contract/api/settings.ts';
import type { FoundState } from '@cluster-ai/testkit/ledger/check-writes.ts';
import type { ControlCalls } from './control-calls.ts';

/** Undefined when it could not be read. */
type Reading = Promise<string | null | undefined>;

async function readAlias(calls: ControlCalls): Reading {
  const model = getModel.answer.safeParse(await calls.read('GET model', '/api/v1/models/adder'));
  if (!model.success) return undefined;
  const version = model.data.aliases['live'];
  return version === undefined ? null : String(version);
}

async function readRoute(calls: ControlCalls): Reading {
  const route = getRoute.answer.safeParse(await calls.read('GET route', '/api/v1/routes/drill'));
  return route.success ? route.data.variants.map(({ version, weight }) => `${version}:${weight}`).join() : undefined;
}

async function readSetting(calls: ControlCalls): Reading {
  const settings = listSettings.answer.safeParse(await calls.read('GET settings', '/api/v1/settings'));
  if (!settings.success) return undefined;
  return String(settings.data.items.find(({ name }) => name === 'history_retention_days')?.value);
}

/** What the drill writes. */
export const resources = {
  alias: 'alias adder/live',
  route: 'route drill',
  setting: 'setting history_retention_days',
  keys: 'keys',
  versions: 'versions of adder',
  read: { alias: readAlias, route: readRoute, setting: readSetting },
} as const;

export interface ReadBack extends FoundState {
  /** What each version of `adder` adds, by number, as its notes say. */
  readonly contents: ReadonlyMap<string, string>;
}

/** Reads everything that the drill writes. @throws Error when something cannot be read: all is well by now. */
export async function readState(calls: ControlCalls): Promise<ReadBack> {
  const keys = (await readAll(calls, '/api/v1/keys?sort=name', listKeys.answer)).filter(({ name }) =>
    name.startsWith('drill-'),
  );
  const versions = await readAll(calls, '/api/v1/models/adder/versions?sort=version', listVersions.answer);
  const values = new Map<string, string | null>(keys.map(({ name, state }) => [`key ${name}`, state]));
  for (const which of ['alias', 'route', 'setting'] as const) {
    const value = await resources.read[which](calls);
    if (value === undefined) throw new Error(`${resources[which]} cannot be read`);
    values.set(resources[which], value);
  }
  return {
    values,
    collections: new Map([
      [resources.keys, keys.map(({ name }) => name)],
      [resources.versions, versions.map(({ notes }) => notes)],
    ]),
    contents: new Map(versions.map(({ version, notes }) => [String(version), notes])),
  };
}

/** The request ids of audit entries after this number, and the last number. */
export async function readAudit(calls: ControlCalls, after: number): Promise<{ requests: string[]; last: number }> {
  const path = `/api/v1/audit?sort=id&filter=${encodeURIComponent(`id>${after}`)}`;
  const entries = await readAll(calls, path, listAudit.answer);
  return { requests: entries.map(({ requestId }) => requestId), last: entries.at(-1)?.id ?? after };
}

async function readAll<T>(
  calls: ControlCalls,
  path: string,
  schema: { parse(document: unknown): { items: T[]; next: string | null } },
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = null; ;) {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = schema.parse(await calls.read('GET list', `${path}&limit=500${more}`));
    all.push(...page.items);
    if (page.next === null) return all;
    cursor = page.next;
  }
}
