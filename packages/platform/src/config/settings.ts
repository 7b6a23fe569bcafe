import { z } from 'zod';

/** One setting of a program, as its schema describes it. */
export interface Setting {
  /** Dotted path: `http.port`. */
  readonly path: string;
  readonly type: 'text' | 'integer' | 'number' | 'boolean' | 'list' | 'object';
  readonly description: string;
  /** Undefined when the setting has no default. */
  readonly defaultValue: unknown;
  /** Without it the program does not start. */
  readonly required: boolean;
  /** Never printed. */
  readonly secret: boolean;
  /** What may be written: `a whole number from 0 to 65535`. */
  readonly allowed: string;
  /** The environment variable that sets it: `CLUSTER_AI_GATEWAY_HTTP_PORT`. */
  readonly env: string;
  /** A variable under a name that people already know, `DATABASE_URL`; the program's own name wins. */
  readonly wellKnownEnv: string | undefined;
  /** Variables that name a file with the value, each weaker than its counterpart above; only secrets have them. */
  readonly fileEnvs: readonly string[];
}

interface Node {
  readonly type?: string;
  readonly properties?: Record<string, Node>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly secret?: boolean;
  readonly env?: string;
}

/**
 * Every setting of a schema, in the schema's order. `.meta({ secret: true })` marks values that are never printed,
 * `.meta({ env: 'DATABASE_URL' })` a further variable that sets the value.
 */
export function listSettings(program: string, schema: z.ZodType): Setting[] {
  // JSON Schema is zod's public description of a schema; its input form tells what a file may hold.
  const root = z.toJSONSchema(schema, { io: 'input' }) as Node;
  return [...settingsOf(program, '', root)];
}

function* settingsOf(program: string, prefix: string, node: Node): Generator<Setting> {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (child.properties !== undefined) {
      yield* settingsOf(program, path, child);
      continue;
    }
    const env = envName(program, path);
    const secret = child.secret === true;
    yield {
      path,
      type: settingType(child),
      description: child.description ?? '',
      defaultValue: child.default,
      required: child.default === undefined && (node.required ?? []).includes(name),
      secret,
      allowed: allowedText(child),
      env,
      wellKnownEnv: child.env,
      fileEnvs: secret ? [child.env, env].flatMap((name) => (name === undefined ? [] : [`${name}_FILE`])) : [],
    };
  }
}

/** The environment variable of a setting: `gateway` and `http.bodyBytesMax` make CLUSTER_AI_GATEWAY_HTTP_BODY_BYTES_MAX. */
function envName(program: string, path: string): string {
  return `${envPrefix(program)}${path
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

export function envPrefix(program: string): string {
  return `CLUSTER_AI_${program.replaceAll('-', '_').toUpperCase()}_`;
}

function settingType(node: Node): Setting['type'] {
  if (node.type === 'integer' || node.type === 'number' || node.type === 'boolean' || node.type === 'object') {
    return node.type;
  }
  // A list that may also be written as one text: everywhere but in a file it is a list with one item.
  return node.type === 'array' || node.anyOf?.some(({ type }) => type === 'array') === true ? 'list' : 'text';
}

function allowedText(node: Node): string {
  if (node.enum !== undefined) {
    return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(node.enum.map(String));
  }
  const type = settingType(node);
  if (type === 'boolean') return 'true or false';
  if (type === 'list') {
    if (node.anyOf !== undefined) return 'a text, or a list of texts';
    return node.items?.enum === undefined ? 'a list of texts' : `a list of ${node.items.enum.map(String).join(', ')}`;
  }
  if (type === 'object') return 'a group of settings';
  if (type === 'text') return (node.minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text';
  return `${type === 'integer' ? 'a whole number' : 'a number'}${rangeText(node)}`;
}

function rangeText(node: Node): string {
  // zod writes the range of safe integers where the schema gives none.
  const min = node.minimum === Number.MIN_SAFE_INTEGER ? undefined : node.minimum;
  const max = node.maximum === Number.MAX_SAFE_INTEGER ? undefined : node.maximum;
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? '' : ` of at most ${max}`;
}
