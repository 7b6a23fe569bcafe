import { nearestName } from '@cluster-ai/core/names/nearest-name.ts';
import type { ExactJson } from '../json/exact-json.ts';
import { ConfigMessage, type ConfigValue } from './config-message.ts';
import type { Findings } from './findings.ts';
import type { EnumShape, FieldShape, MessageShape } from './message-shape.ts';
import { enumerationFix, readNumber, shorten } from './read-scalar.ts';

/**
 * Fits JSON into a shape, by the rules of Protocol Buffers: names with underscores or in camel case, numbers as texts too,
 * null for what is absent. What does not fit is put on record and left out.
 * @param root where the JSON stands, for messages.
 */
export function messageFromJson(json: ExactJson, shape: MessageShape, findings: Findings, root = ''): ConfigMessage {
  return new JsonFitter(findings).message(json, shape, root) ?? new ConfigMessage(shape, root, new Map(), new Map());
}

class JsonFitter {
  private readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  message(json: ExactJson, shape: MessageShape, place: string): ConfigMessage | null {
    if (!isObject(json)) {
      this.findings.refuse(placeName(place), `${shape.name} is an object, not ${kindOf(json)}`, 'write { … }');
      return null;
    }
    const values = new Map<string, ConfigValue[]>();
    const keys = new Map<string, string[]>();
    const groups = new Map<string, string>();
    const places = new Map<string, string>();
    for (const [given, value] of Object.entries(json)) {
      const name = snakeCase(given);
      const known = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
      const inside = place === '' ? given : `${place}.${given}`;
      places.set(name, inside);
      if (known === undefined) this.unknown(given, inside, shape);
      else if (value !== null) this.field(inside, name, value, known, { values, keys, groups });
    }
    return new ConfigMessage(shape, placeName(place), values, keys, places);
  }

  private field(
    place: string,
    name: string,
    json: ExactJson,
    known: FieldShape,
    into: {
      readonly values: Map<string, ConfigValue[]>;
      readonly keys: Map<string, string[]>;
      readonly groups: Map<string, string>;
    },
  ): void {
    if (into.values.has(name)) {
      this.findings.refuse(place, `${name} is given twice`, 'keep one of them');
      return;
    }
    if (known.group !== undefined) {
      const other = into.groups.get(known.group);
      if (other !== undefined) {
        const message = `${name} is given beside ${other}, and they exclude one another`;
        this.findings.refuse(place, message, 'keep one of them');
        return;
      }
      into.groups.set(known.group, name);
    }
    if (known.many === 'one') {
      const value = this.value(place, json, known.type);
      into.values.set(name, value === null ? [] : [value]);
    } else if (known.many === 'list') {
      if (!Array.isArray(json)) {
        this.findings.refuse(place, `${name} is a list, not ${kindOf(json)}`, 'write [ … ]');
        return;
      }
      const read = json.map((entry, index) => this.value(`${place}[${index}]`, entry, known.type));
      into.values.set(
        name,
        read.filter((value) => value !== null),
      );
    } else this.map(place, name, json, known, into);
  }

  private map(
    place: string,
    name: string,
    json: ExactJson,
    { type }: FieldShape,
    into: { readonly values: Map<string, ConfigValue[]>; readonly keys: Map<string, string[]> },
  ): void {
    if (!isObject(json)) {
      this.findings.refuse(place, `${name} is an object, not ${kindOf(json)}`, 'write { "<key>": … }');
      return;
    }
    const read = Object.entries(json).flatMap(([key, value]): { key: string; value: ConfigValue }[] => {
      const found = this.value(`${place}.${key}`, value, type);
      return found === null ? [] : [{ key, value: found }];
    });
    into.values.set(
      name,
      read.map(({ value }) => value),
    );
    into.keys.set(
      name,
      read.map(({ key }) => key),
    );
  }

  private value(place: string, json: ExactJson, type: FieldShape['type']): ConfigValue | null {
    if (typeof type !== 'string') {
      return type.kind === 'message' ? this.message(json, type, place) : this.enumerated(place, json, type);
    }
    if (type === 'string') {
      if (typeof json === 'string') return json;
      this.findings.refuse(place, `it is a text, not ${kindOf(json)}`, 'put it in quotes');
      return null;
    }
    if (type === 'bool') {
      if (typeof json === 'boolean') return json;
      this.findings.refuse(place, `it is true or false, not ${kindOf(json)}`, 'write true or false, without quotes');
      return null;
    }
    if (typeof json !== 'number' && typeof json !== 'bigint' && typeof json !== 'string') {
      this.findings.refuse(place, `it is a number, not ${kindOf(json)}`, `write a number of type ${type}`);
      return null;
    }
    const result = readNumber(type, numberText(json));
    if ('value' in result) return result.value;
    this.findings.refuse(place, result.problem, `write a number of type ${type}`);
    return null;
  }

  private enumerated(place: string, json: ExactJson, { name, values }: EnumShape): string | null {
    if (typeof json === 'string' && Object.hasOwn(values, json)) return json;
    const numbered = Object.entries(values).find(([, number]) => number === json);
    if (numbered !== undefined) return numbered[0];
    const text = typeof json === 'string' ? json : '';
    const what = typeof json === 'string' ? shorten(json) : kindOf(json);
    const fix = enumerationFix(text, Object.keys(values));
    this.findings.refuse(place, `${what} is no ${name}`, fix);
    return null;
  }

  private unknown(given: string, place: string, shape: MessageShape): void {
    const names = Object.keys(shape.fields);
    const nearest = nearestName(given, names);
    const fix = nearest === undefined ? `its fields are ${names.join(', ') || 'none'}` : `did you mean ${nearest}?`;
    this.findings.refuse(place, `${shape.name} has no field ${shorten(given)}`, fix);
  }
}

function isObject(json: ExactJson): json is { [key: string]: ExactJson } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** JSON has no octal numbers: a zero in front of other digits is not taken for one. */
function numberText(json: number | bigint | string): string {
  const text = String(json).replace(/^(-?)0+(?=\d)/, '$1');
  // 1e3 and 5.0 are whole numbers in JSON.
  const value = Number(text);
  return typeof json === 'number' && Number.isSafeInteger(value) ? BigInt(value).toString() : text;
}

function kindOf(json: ExactJson): string {
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'a list';
  if (typeof json === 'object') return 'an object';
  if (typeof json === 'string') return 'a text';
  return typeof json === 'boolean' ? 'true or false' : 'a number';
}

function placeName(place: string): string {
  return place === '' ? 'the top' : place;
}
