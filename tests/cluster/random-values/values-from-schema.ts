import { fields, listOf, text, type Fields } from '../release/references.ts';

/** Draws: a number from 0 up to 1 each time, from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One in so many properties of an object is set, so that most values stay what they are. */
const ONE_IN = 6;

/**
 * Values at random that keep a JSON schema (draft 7; what values schemas use of it): each property is set or left
 * out, each number is anywhere within its limits, each word one of those allowed.
 */
export function valuesFrom(schema: Fields, random: () => number, root: Fields = schema): unknown {
  const followed = text(schema['$ref']);
  if (followed !== '') return valuesFrom(resolve(root, followed), random, root);
  const branches = listOf(schema['oneOf'] ?? schema['anyOf']);
  if (branches.length > 0) {
    const rest = { ...schema, oneOf: undefined, anyOf: undefined };
    return valuesFrom({ ...rest, ...pick(branches, random) }, random, root);
  }
  if (schema['const'] !== undefined) return schema['const'];
  const choices: unknown = schema['enum'];
  if (Array.isArray(choices)) return pick(choices, random);
  switch (typeOf(schema, random)) {
    case 'object':
      return objectFrom(schema, random, root);
    case 'array':
      return listFrom(schema, random, root);
    case 'boolean':
      return random() < 0.5;
    case 'integer':
    case 'number':
      return numberFrom(schema, random);
    case 'null':
      return null;
    default:
      return wordFrom(schema, random);
  }
}

function resolve(root: Fields, reference: string): Fields {
  const steps = reference.replace(/^#\//, '').split('/');
  return steps.reduce((at: Fields, step) => fields(at[step]), root);
}

function typeOf(schema: Fields, random: () => number): unknown {
  const { type } = schema;
  if (Array.isArray(type)) return pick(type, random);
  return type ?? (schema['properties'] === undefined ? 'string' : 'object');
}

function objectFrom(schema: Fields, random: () => number, root: Fields): unknown {
  const required: unknown = schema['required'];
  const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name);
  const known = Object.entries(fields(schema['properties']));
  const draw = (name: string, property: unknown): readonly [string, unknown] => [
    name,
    valuesFrom(fields(property), random, root),
  ];
  const set = known.flatMap(([name, property]) => {
    // Groups are entered, single values set one in so many times.
    const isGroup = fields(property)['properties'] !== undefined;
    return isRequired(name) || isGroup || random() * ONE_IN <= 1 ? [draw(name, property)] : [];
  });
  const atLeastOne = Number(schema['minProperties'] ?? 0) > 0 && set.length === 0 && known.length > 0;
  return Object.fromEntries(atLeastOne ? [draw(...pick(known, random))] : set);
}

function listFrom(schema: Fields, random: () => number, root: Fields): unknown[] {
  const length = Math.max(Number(schema['minItems'] ?? 0), Math.floor(random() * 3));
  const items = Array.from({ length }, () => valuesFrom(fields(schema['items']), random, root));
  if (schema['uniqueItems'] !== true) return items;
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function numberFrom(schema: Fields, random: () => number): number {
  const least = Number(schema['minimum'] ?? Number(schema['exclusiveMinimum'] ?? -1) + 1);
  const most = Number(schema['maximum'] ?? least + 100);
  // The ends are where mistakes are.
  const at = random() < 0.3 ? 0 : random() < 0.2 ? 1 : random();
  return Math.round(least + at * (most - least));
}

const words = 'a abc x-1 example.com 2 true 0 null v1 10Mi 1Gi 250m 50% 10.0.0.0/8 fd00::/8 0.0.0.0 :: " \' Ünïcode'
  .split(' ')
  .concat('a'.repeat(40), 'a'.repeat(63), `sha256:${'0a'.repeat(32)}`, 'with space', '{{ .Values }}');

/** A word that fits the pattern, if there is one; else the empty one, or the first that the schema names. */
function wordFrom(schema: Fields, random: () => number): string {
  const pattern = schema['pattern'] === undefined ? null : new RegExp(text(schema['pattern']), 'u');
  const [least, most] = [Number(schema['minLength'] ?? 0), Number(schema['maxLength'] ?? 1000)];
  const examples: unknown = schema['examples'] ?? [];
  const offered = [...words, '', text(schema['default']), ...(Array.isArray(examples) ? examples.map(String) : [])];
  const fitting = offered.filter(
    (word) => word.length >= least && word.length <= most && (pattern?.test(word) ?? true),
  );
  return fitting.length === 0 ? text(schema['default']) : pick(fitting, random);
}

function pick<T>(choices: readonly T[], random: () => number): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw new Error('there is nothing to choose from');
  return chosen;
}
