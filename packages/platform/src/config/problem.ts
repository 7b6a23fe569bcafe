import type { Setting } from './settings.ts';

/** Where a value came from. */
export type Source =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'flag'; readonly name: string };

/** A source as people read it: `gateway.yaml:3`, `CLUSTER_AI_GATEWAY_HTTP_PORT`, `--port`, `default`. */
export function sourceText(source: Source): string {
  if (source.kind === 'file') return `${source.file}:${source.line}`;
  return source.kind === 'default' ? 'default' : source.name;
}

/** A value as it may be printed: secrets never, texts in quotes, long values cut. */
export function valueText(setting: Pick<Setting, 'secret'>, value: unknown): string {
  if (value === undefined) return '(not set)';
  if (setting.secret) return '(set)';
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

export function wrongValue(setting: Setting, value: unknown, source: Source): string {
  const shown = setting.secret ? 'is not valid' : `is ${valueText(setting, value)}`;
  return `${sourceText(source)}: ${setting.path} ${shown}; allowed: ${setting.allowed}`;
}

export function missingValue(setting: Setting): string {
  const names = setting.wellKnownEnv === undefined ? setting.env : `${setting.env} or ${setting.wellKnownEnv}`;
  return `${setting.path} is not set; give it in the file, as ${names}, or as --${setting.path}`;
}
