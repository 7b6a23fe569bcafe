import type { KeyAction, Role } from '@cluster-ai/core/access/roles.ts';
import type { TrafficGrouping } from './api/traffic.ts';
import { commandWords } from './shell-words.ts';

/** What a list shows: the same words as in the API's query. */
export interface ListWords {
  readonly filter?: string | undefined;
  readonly sort?: string | undefined;
  readonly limit?: number | undefined;
}

export interface KeyWords {
  readonly name: string;
  readonly actions?: readonly KeyAction[] | undefined;
  /** Null or left out for every model. */
  readonly models?: readonly string[] | null | undefined;
  readonly ratePerSecond?: number | null | undefined;
  readonly burst?: number | null | undefined;
  readonly dailyQuota?: number | null | undefined;
  /** `90d`, `12h`, or a date; null or left out for never. */
  readonly expires?: string | null | undefined;
}

export interface VariantWords {
  /** Left out for the route's own model. */
  readonly model?: string | undefined;
  /** A version number or an alias. */
  readonly version: number | string;
  readonly weight: number;
}

export interface PushWords {
  readonly description?: string | undefined;
  readonly deploy?: boolean | undefined;
  readonly notes?: string | undefined;
  readonly lineage?: Readonly<Record<string, string | number>> | undefined;
}

export interface AnnotateWords {
  readonly notes?: string | undefined;
  /** Entries that are new or change; the others stay. */
  readonly lineage?: Readonly<Record<string, string | number>> | undefined;
  /** Keys of entries that go. */
  readonly dropped?: readonly string[] | undefined;
}

export interface TrafficWords {
  /** `1h`, `7d`, or a time; the last hour unless given. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly by?: TrafficGrouping | undefined;
  readonly route?: string | undefined;
  readonly gateway?: string | undefined;
}

export interface ExportWords {
  readonly format?: 'jsonl' | 'csv' | undefined;
  /** A day or a time; entries before it are left out. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly file?: string | undefined;
}

function list(command: string, args: readonly string[], { filter, sort, limit }: ListWords): string {
  return commandWords(command, args, { filter, sort, limit });
}

/**
 * The command of `cluster-ai` that does what a button of the dashboard does, ready to be pasted. The command line's tests
 * parse each of them with the real commands.
 */
export const cliWords = {
  up: () => 'cluster-ai up',
  status: () => 'cluster-ai status',
  whoAmI: () => 'cluster-ai whoami',
  logIn: (server: string, email?: string) => commandWords('cluster-ai login', [], { server, email }),
  logOut: () => 'cluster-ai logout',

  listUsers: (words: ListWords = {}) => list('cluster-ai user list', [], words),
  /** People are named by their e-mail or their id. */
  showUser: (person: string) => commandWords('cluster-ai user show', [person]),
  inviteUser: ({ email, role }: { readonly email: string; readonly role: Role }) =>
    commandWords('cluster-ai user invite', [email], { role }),
  setRole: (person: string, role: Role) => commandWords('cluster-ai user role', [person, role]),
  disableUser: (person: string) => commandWords('cluster-ai user disable', [person]),
  enableUser: (person: string) => commandWords('cluster-ai user enable', [person]),
  createUserLink: (person: string) => commandWords('cluster-ai user link', [person]),
  deleteUser: (person: string) => commandWords('cluster-ai user delete', [person]),
  changePassword: (email: string) => commandWords('cluster-ai user password', [email]),
  createSetupCode: () => 'cluster-ai user setup-code',

  listKeys: (words: ListWords = {}) => list('cluster-ai key list', [], words),
  showKey: (id: string) => commandWords('cluster-ai key show', [id]),
  createKey: ({ name, actions = [], models, ratePerSecond, burst, dailyQuota, expires }: KeyWords) =>
    commandWords('cluster-ai key create', [name], {
      action: actions,
      model: models ?? [],
      rate: ratePerSecond ?? undefined,
      burst: burst ?? undefined,
      'daily-quota': dailyQuota ?? undefined,
      expires: expires ?? undefined,
    }),
  revokeKey: (id: string) => commandWords('cluster-ai key revoke', [id]),

  listModels: (words: ListWords = {}) => list('cluster-ai model list', [], words),
  showModel: (name: string) => commandWords('cluster-ai model show', [name]),
  listVersions: (name: string, words: ListWords = {}) => list('cluster-ai model versions', [name], words),
  /** `path`: a file or folder on the machine where the command runs. */
  pushModel: (name: string, path: string, { description, deploy = true, notes, lineage = {} }: PushWords = {}) =>
    commandWords('cluster-ai model push', [name, path], {
      description,
      notes,
      lineage: lineageWords(lineage),
      'no-deploy': !deploy,
    }),
  showVersion: (name: string, version: number) =>
    commandWords('cluster-ai model show', [name], { 'model-version': version }),
  explainModel: (name: string, version?: number, gateway?: string) =>
    commandWords('cluster-ai model explain', [name], { 'model-version': version, gateway }),
  importModel: (name: string, url: string) => commandWords('cluster-ai model import', [name, url]),
  annotateVersion: (name: string, version: number, { notes, lineage = {}, dropped }: AnnotateWords) =>
    commandWords('cluster-ai model annotate', [name, version], {
      notes,
      lineage: lineageWords(lineage),
      'drop-lineage': dropped,
    }),
  describeModel: (name: string, description: string) => commandWords('cluster-ai model describe', [name, description]),
  deleteModel: (name: string) => commandWords('cluster-ai model delete', [name]),
  deleteVersion: (name: string, version: number) =>
    commandWords('cluster-ai model delete', [name], { 'model-version': version }),

  listAliases: (model: string) => commandWords('cluster-ai alias list', [model]),
  setAlias: (model: string, alias: string, version: number) =>
    commandWords('cluster-ai alias set', [model, alias, version]),
  removeAlias: (model: string, alias: string) => commandWords('cluster-ai alias remove', [model, alias]),
  aliasHistory: (model: string, words: ListWords = {}) => list('cluster-ai alias history', [model], words),

  listRoutes: (words: ListWords = {}) => list('cluster-ai route list', [], words),
  showRoute: (name: string) => commandWords('cluster-ai route show', [name]),
  splitRoute: (
    name: string,
    variants: readonly VariantWords[],
    { stickyHeader, dryRun = false }: { readonly stickyHeader?: string | undefined; readonly dryRun?: boolean } = {},
  ) =>
    commandWords('cluster-ai route split', [name, ...variants.map(shareWord)], {
      'sticky-header': stickyHeader,
      'dry-run': dryRun,
    }),
  /** Left out, the model has the name of the route. */
  latestRoute: (name: string, model?: string) =>
    commandWords('cluster-ai route latest', model === undefined || model === name ? [name] : [name, model]),
  rollbackRoute: (name: string, revision?: number) => commandWords('cluster-ai route rollback', [name], { revision }),
  routeHistory: (name: string, words: ListWords = {}) => list('cluster-ai route history', [name], words),
  /** What changed between two revisions; without `to` until the present one. */
  diffRoute: (name: string, from: number, to?: number) => commandWords('cluster-ai route diff', [name], { from, to }),
  loadRoute: (name: string) => commandWords('cluster-ai route load', [name]),
  deleteRoute: (name: string) => commandWords('cluster-ai route delete', [name]),

  listGateways: (words: ListWords = {}) => list('cluster-ai gateway list', [], words),
  showGateway: (name: string) => commandWords('cluster-ai gateway show', [name]),

  traffic: ({ from, to, by, route, gateway }: TrafficWords = {}) =>
    commandWords('cluster-ai traffic', [], { from, to, by, route, gateway }),
  followEvents: () => 'cluster-ai events',

  listSettings: () => 'cluster-ai settings list',
  setSetting: (key: string, value: string | number | boolean) =>
    commandWords('cluster-ai settings set', [key, String(value)]),
  resetSetting: (key: string) => commandWords('cluster-ai settings reset', [key]),

  listAudit: (words: ListWords = {}) => list('cluster-ai audit list', [], words),
  /** With a head that was noted earlier, the log must still hold it. */
  verifyAudit: (head?: string) => commandWords('cluster-ai audit verify', [], { head }),
  exportAudit: ({ format, from, to, file }: ExportWords = {}) =>
    commandWords('cluster-ai audit export', [], { format, from, to, file }),
};

function shareWord({ model, version, weight }: VariantWords): string {
  return `${model === undefined ? '' : `${model}@`}${version}=${weight}`;
}

function lineageWords(lineage: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(lineage).map(([key, value]) => `${key}=${value}`);
}
