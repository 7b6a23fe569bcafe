import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import { nearestName } from '@cluster-ai/core/names/nearest-name.ts';
import type { Origins } from './origins.ts';
import { missingValue, valueText, wrongValue } from './problem.ts';
import type { Source } from './problem.ts';
import { readSettingsFile } from './read-file.ts';
import { readSecretFile } from './secret-file.ts';
import { envPrefix, listSettings } from './settings.ts';
import type { Setting } from './settings.ts';

/** A value from the command line. `undefined` counts as not given. */
export interface Flag {
  /** As the user typed it: `--port`. */
  readonly name: string;
  /** The setting that it sets: `http.port`. */
  readonly path: string;
  readonly value: unknown;
}

export interface LoadConfigOptions<S extends z.ZodType> {
  /** `gateway`, `control-plane`, `up`: names the environment variables. */
  readonly program: string;
  readonly schema: S;
  /** Values by path that stand in for the schema's defaults: what the caller works out itself. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** YAML file. */
  readonly file?: string | undefined;
  /** What the values of the file come from, when a supervisor wrote it for this program. */
  readonly origins?: Origins | undefined;
  /** When the file holds the settings of several programs: the key of this one, and all keys that may stand beside it. */
  readonly section?: { readonly name: string; readonly all: readonly string[] };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags?: readonly Flag[];
}

export interface LoadedSetting extends Setting {
  readonly value: unknown;
  /** The value as it may be printed. */
  readonly shown: string;
  readonly source: Source;
}

export interface LoadedConfig<T> {
  readonly value: T;
  /** Every setting with the place that its value came from, in the schema's order. */
  readonly settings: readonly LoadedSetting[];
}

interface Given {
  readonly value: unknown;
  readonly source: Source;
}

/**
 * Reads the settings of a program: default < YAML file < environment < flag. Unknown settings and variables are refused
 * with the nearest known name; text is turned into the type that the schema asks for; empty variables count as not set.
 * A secret may stand in a file that its variable with `_FILE` behind it names, as container engines hand them over.
 * @throws ClusterError CONFIG_INVALID; its message has one line for every problem: where it stands, which setting, what
 * is wrong and what is allowed. Values of secret settings are never part of it.
 */
export function loadConfig<S extends z.ZodType>(options: LoadConfigOptions<S>): LoadedConfig<z.output<S>> {
  const settings = listSettings(options.program, options.schema);
  const given = new Map<string, Given>();
  const problems: string[] = [];

  for (const [path, value] of Object.entries(options.defaults ?? {})) {
    if (value !== undefined) given.set(path, { value, source: { kind: 'default' } });
  }
  if (options.file !== undefined) {
    const { file } = options;
    const read = readSettingsFile(file, settings, options.section);
    problems.push(...read.problems);
    for (const { path, value, line } of read.values) {
      given.set(path, { value, source: options.origins?.get(path) ?? { kind: 'file', file, line } });
    }
  }
  for (const setting of settings) problems.push(...takeEnv(setting, options.env, given));
  problems.push(...unknownVariables(options.program, settings, options.env));
  for (const flag of options.flags ?? []) takeFlag(flag, settings, given, problems);

  const result = options.schema.safeParse(nest(given));
  if (!result.success) problems.push(...valueProblems(result.error, settings, given));
  if (problems.length > 0 || !result.success) {
    throw new ClusterError('CONFIG_INVALID', [...new Set(problems)].join('\n'), {
      fix: 'correct the setting; docs/reference/configuration.md lists all of them',
    });
  }
  return { value: result.data, settings: settings.map((setting) => loaded(setting, result.data, given)) };
}

/** @returns what is wrong with files that variables name. */
function takeEnv(
  setting: Setting,
  env: LoadConfigOptions<z.ZodType>['env'],
  given: Map<string, Given>,
): readonly string[] {
  const problems: string[] = [];
  for (const name of [setting.wellKnownEnv, setting.env]) {
    if (name === undefined) continue;
    const text = env[name];
    const file = setting.secret ? env[`${name}_FILE`] : undefined;
    if (text !== undefined && text !== '' && file !== undefined && file !== '') {
      problems.push(`${name} and ${name}_FILE are both set; leave one of them out`);
    }
    if (file !== undefined && file !== '') {
      const read = readSecretFile(`${name}_FILE`, file);
      if ('problem' in read) problems.push(read.problem);
      else given.set(setting.path, { value: read.text, source: { kind: 'env', name: `${name}_FILE` } });
    }
    if (text !== undefined && text !== '') {
      given.set(setting.path, { value: fromText(setting, text), source: { kind: 'env', name } });
    }
  }
  return problems;
}

function unknownVariables(
  program: string,
  settings: readonly Setting[],
  env: LoadConfigOptions<z.ZodType>['env'],
): string[] {
  const known = new Set(settings.flatMap(({ env: own, fileEnvs }) => [own, ...fileEnvs]));
  const unknown = Object.keys(env).filter((name) => name.startsWith(envPrefix(program)) && !known.has(name));
  return unknown.toSorted().map((name) => {
    const nearest = nearestName(name, [...known]);
    return `${name}: unknown variable${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
  });
}

function takeFlag(flag: Flag, settings: readonly Setting[], given: Map<string, Given>, problems: string[]): void {
  if (flag.value === undefined) return;
  const setting = settings.find(({ path }) => path === flag.path);
  if (setting === undefined) {
    const nearest = nearestName(
      flag.path,
      settings.map(({ path }) => path),
    );
    problems.push(
      `${flag.name}: unknown setting ${flag.path}${nearest === undefined ? '' : `; did you mean --${nearest}?`}`,
    );
    return;
  }
  const value = typeof flag.value === 'string' ? fromText(setting, flag.value) : flag.value;
  given.set(setting.path, { value, source: { kind: 'flag', name: flag.name } });
}

/** Text that does not have the form of the type stays text, and the schema refuses it. */
function fromText(setting: Setting, text: string): unknown {
  const trimmed = text.trim();
  if ((setting.type === 'integer' || setting.type === 'number') && /^-?\d+(\.\d+)?$/.test(trimmed)) {
    return Number(trimmed);
  }
  if (setting.type === 'boolean' && (trimmed === 'true' || trimmed === 'false')) return trimmed === 'true';
  if (setting.type === 'list') {
    return trimmed
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  return text;
}

function nest(given: ReadonlyMap<string, Given>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, { value }] of given) {
    const parts = path.split('.');
    let group = root;
    for (const part of parts.slice(0, -1)) {
      const next = group[part] ?? {};
      group[part] = next;
      // Groups are made here alone, and a path is never both a group and a setting.
      group = next as Record<string, unknown>;
    }
    group[parts.at(-1) ?? path] = value;
  }
  return root;
}

function valueProblems(error: z.ZodError, settings: readonly Setting[], given: ReadonlyMap<string, Given>): string[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.join('.');
    // An issue inside a list or an object belongs to its setting; one of a missing group belongs to all it lacks.
    const own = settings.filter((setting) => path === setting.path || path.startsWith(`${setting.path}.`));
    const lacking = settings.filter(
      (setting) => setting.required && !given.has(setting.path) && setting.path.startsWith(`${path}.`),
    );
    const named = own.length > 0 ? own : lacking;
    if (named.length === 0) return [`${path}: ${issue.message}`];
    return named.map((setting) => {
      const value = given.get(setting.path);
      return value === undefined ? missingValue(setting) : wrongValue(setting, value.value, value.source);
    });
  });
}

function loaded(setting: Setting, config: unknown, given: ReadonlyMap<string, Given>): LoadedSetting {
  const value = setting.path.split('.').reduce<unknown>(child, config);
  return {
    ...setting,
    value,
    shown: valueText(setting, value),
    source: given.get(setting.path)?.source ?? { kind: 'default' },
  };
}

function child(group: unknown, name: string): unknown {
  return typeof group === 'object' && group !== null && Object.hasOwn(group, name)
    ? Reflect.get(group, name)
    : undefined;
}
