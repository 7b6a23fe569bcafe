import { readFileSync } from 'node:fs';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { nearestName } from '@cluster-ai/core/names/nearest-name.ts';
import type { Setting } from './settings.ts';

/** Problems that are told of at most: whoever gave the wrong file need not read about each of its lines. */
const problemsMax = 100;

/** Bytes of a settings file at most. */
const fileBytesMax = 1_048_576;

export interface FileValue {
  readonly path: string;
  readonly value: unknown;
  readonly line: number;
}

export interface FileSettings {
  readonly values: readonly FileValue[];
  readonly problems: readonly string[];
}

interface Walk {
  readonly file: string;
  readonly lines: LineCounter;
  readonly settings: readonly Setting[];
  readonly values: FileValue[];
  readonly problems: string[];
}

/**
 * Reads the settings of one program from a YAML file, each with its line.
 * @param section the top-level key that holds them, when the file holds several programs; `sections` are all that exist.
 * @throws ClusterError CONFIG_INVALID when the file cannot be read, is not YAML or holds no settings.
 */
export function readSettingsFile(
  file: string,
  settings: readonly Setting[],
  section?: { name: string; all: readonly string[] },
): FileSettings {
  const lines = new LineCounter();
  // Its own check for doubles compares each key with each other one.
  const document = parseDocument(readText(file), { lineCounter: lines, uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const reason = error.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? error.code;
    throw new ClusterError('CONFIG_INVALID', `${file}:${lines.linePos(error.pos[0]).line}: not valid YAML: ${reason}`, {
      cause: error,
    });
  }
  const twice = findDouble(document);
  if (twice !== null) {
    throw new ClusterError(
      'CONFIG_INVALID',
      `${file}:${lines.linePos(twice).line}: not valid YAML: Map keys must be unique`,
    );
  }
  const walk: Walk = { file, lines, settings, values: [], problems: [] };
  if (document.contents === null) return walk;
  if (!isMap(document.contents)) {
    throw new ClusterError('CONFIG_INVALID', `${file}:1: must hold settings as \`name: value\``);
  }
  walkMap(walk, section === undefined ? document.contents : sectionMap(walk, document.contents, section), '');
  if (walk.problems.length >= problemsMax) {
    walk.problems.push(`${file}: only the first ${problemsMax} problems are shown`);
  }
  return walk;
}

/** Where a key begins that stands before it in the same group; null when there is none. */
function findDouble(document: Document): number | null {
  let found: number | null = null;
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          found = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > fileBytesMax) {
      throw new ClusterError(
        'CONFIG_INVALID',
        `${file}: is larger than ${fileBytesMax} bytes; this is no settings file`,
      );
    }
    return bytes.toString('utf8');
  } catch (cause) {
    if (cause instanceof ClusterError) throw cause;
    const reason =
      cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
        ? 'does not exist'
        : `cannot be read: ${String(cause)}`;
    throw new ClusterError('CONFIG_INVALID', `${file}: ${reason}`, { cause });
  }
}

function sectionMap(walk: Walk, root: YAMLMap, section: { name: string; all: readonly string[] }): YAMLMap | null {
  let found: YAMLMap | null = null;
  for (const { key, value } of root.items) {
    if (walk.problems.length >= problemsMax) break;
    const name = keyText(key);
    if (!section.all.includes(name)) walk.problems.push(unknownSetting(walk, name, key, section.all));
    else if (name === section.name && isMap(value)) found = value;
    else if (value !== null && !isMap(value) && !isNull(value)) {
      walk.problems.push(`${at(walk, key)}: ${name} must be a group of settings`);
    }
  }
  return found;
}

function walkMap(walk: Walk, map: YAMLMap | null, prefix: string): void {
  for (const { key, value } of map?.items ?? []) {
    if (walk.problems.length >= problemsMax) return;
    const path = prefix === '' ? keyText(key) : `${prefix}.${keyText(key)}`;
    const isGroup = walk.settings.some((setting) => setting.path.startsWith(`${path}.`));
    const isLeaf = walk.settings.some((setting) => setting.path === path);
    if (isGroup) {
      if (isMap(value)) walkMap(walk, value, path);
      else if (!isNull(value)) walk.problems.push(`${at(walk, key)}: ${path} must be a group of settings`);
    } else if (isLeaf) {
      // A name without a value counts as not written.
      if (!isNull(value)) walk.values.push({ path, value: plain(value), line: line(walk, key) });
    } else {
      walk.problems.push(unknownSetting(walk, path, key, knownNames(walk.settings)));
    }
  }
}

function knownNames(settings: readonly Setting[]): string[] {
  const names = new Set<string>();
  for (const { path } of settings) {
    const parts = path.split('.');
    for (let length = 1; length <= parts.length; length += 1) names.add(parts.slice(0, length).join('.'));
  }
  return [...names];
}

function unknownSetting(walk: Walk, name: string, key: unknown, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `${at(walk, key)}: unknown setting ${name}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
}

function at(walk: Walk, key: unknown): string {
  return `${walk.file}:${line(walk, key)}`;
}

function line(walk: Walk, key: unknown): number {
  return isScalar(key) && key.range !== undefined && key.range !== null ? walk.lines.linePos(key.range[0]).line : 1;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function isNull(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function plain(node: unknown): unknown {
  return typeof node === 'object' && node !== null && 'toJSON' in node && typeof node.toJSON === 'function'
    ? node.toJSON()
    : node;
}
