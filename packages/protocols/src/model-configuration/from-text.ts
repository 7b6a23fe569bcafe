import { nearestName } from '@cluster-ai/core/names/nearest-name.ts';
import type { TextField, TextMessage, TextScalar } from '../text-format/parse-text-format.ts';
import { ConfigMessage, type ConfigValue } from './config-message.ts';
import type { Findings } from './findings.ts';
import type { EnumShape, FieldShape, MessageShape } from './message-shape.ts';
import { enumerationFix, readBoolean, readNumber, shorten } from './read-scalar.ts';

/** Fits a text into a shape. What does not fit is put on record and left out. */
export function messageFromText(text: TextMessage, shape: MessageShape, findings: Findings): ConfigMessage {
  return new TextFitter(findings).message(text, shape, 'line 1');
}

class TextFitter {
  private readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  message(text: TextMessage, shape: MessageShape, place: string): ConfigMessage {
    const values = new Map<string, ConfigValue[]>();
    const keys = new Map<string, string[]>();
    const groups = new Map<string, string>();
    const places = new Map<string, string>();
    for (const field of text.fields) {
      if (!places.has(field.name)) places.set(field.name, placeOf(field));
      const known = Object.hasOwn(shape.fields, field.name) ? shape.fields[field.name] : undefined;
      if (known === undefined) this.unknown(field, shape);
      else if (known.many === 'map') this.entry(field, known, values, keys);
      else if (this.mayStand(field, known, values, groups)) {
        const value = this.value(field, known.type);
        // A value that was refused was given all the same.
        if (value !== null) add(values, field.name, value);
        else if (!values.has(field.name)) values.set(field.name, []);
      }
    }
    return new ConfigMessage(shape, place, values, keys, places);
  }

  private mayStand(
    field: TextField,
    known: FieldShape,
    values: ReadonlyMap<string, readonly ConfigValue[]>,
    groups: Map<string, string>,
  ): boolean {
    if (known.many === 'list') return true;
    if (values.has(field.name)) {
      this.refuse(field, `${field.name} is given twice`, 'keep one of them');
      return false;
    }
    if (known.group === undefined) return true;
    const other = groups.get(known.group);
    if (other === undefined) {
      groups.set(known.group, field.name);
      return true;
    }
    this.refuse(field, `${field.name} is given beside ${other}, and they exclude one another`, 'keep one of them');
    return false;
  }

  private entry(
    field: TextField,
    known: FieldShape,
    values: Map<string, ConfigValue[]>,
    keys: Map<string, string[]>,
  ): void {
    if (field.value.kind !== 'message') {
      this.refuse(field, `${field.name} is a map`, `write ${field.name} { key: "…" value: … }`);
      return;
    }
    const key = field.value.fields.findLast(({ name }) => name === 'key')?.value;
    const value = field.value.fields.findLast(({ name }) => name === 'value');
    const other = field.value.fields.find(({ name }) => name !== 'key' && name !== 'value');
    if (other !== undefined) {
      this.refuse(other, `an entry of ${field.name} has no field ${shorten(other.name)}`, 'it has a key and a value');
      return;
    }
    const read =
      value === undefined ? this.nothing(field, known) : this.value({ ...value, name: field.name }, known.type);
    if (read === null) return;
    add(values, field.name, read);
    add(keys, field.name, key === undefined || key.kind === 'message' ? '' : key.text);
  }

  private nothing(field: TextField, { type }: FieldShape): ConfigValue {
    if (typeof type === 'string' || type.kind === 'enum') return '';
    return new ConfigMessage(type, placeOf(field), new Map(), new Map());
  }

  private value(field: TextField, type: FieldShape['type']): ConfigValue | null {
    const { name, value } = field;
    if (typeof type !== 'string' && type.kind === 'message') {
      if (value.kind === 'message') return this.message(value, type, placeOf(field));
      this.refuse(field, `${name} holds fields, not ${shorten(value.text)}`, `write ${name} { … }`);
      return null;
    }
    if (value.kind === 'message') {
      this.refuse(field, `${name} is a single value, not a message`, `write ${name}: …`);
      return null;
    }
    if (typeof type !== 'string') return this.enumerated(field, value, type);
    if (type === 'string') {
      if (value.kind === 'string') return value.text;
      this.refuse(field, `${name} is a text`, `write ${name}: ${shorten(value.text)}`);
      return null;
    }
    if (value.kind === 'string') {
      this.refuse(field, `${name} is not a text`, `write it without quotes: ${name}: ${value.text.slice(0, 60)}`);
      return null;
    }
    const result = type === 'bool' ? readBoolean(value.text) : readNumber(type, value.text);
    if ('value' in result) return result.value;
    this.refuse(
      field,
      `${name}: ${result.problem}`,
      `${name} is ${type === 'bool' ? 'true or false' : `of type ${type}`}`,
    );
    return null;
  }

  private enumerated(field: TextField, { kind, text }: TextScalar, { name, values }: EnumShape): string | null {
    if (kind === 'word' && Object.hasOwn(values, text)) return text;
    const numbered = Object.entries(values).find(([, number]) => kind === 'number' && String(number) === text);
    if (numbered !== undefined) return numbered[0];
    this.refuse(
      field,
      `${field.name}: ${shorten(text)} is no ${name}`,
      kind === 'string' && Object.hasOwn(values, text)
        ? `write it without quotes: ${field.name}: ${text}`
        : enumerationFix(text, Object.keys(values)),
    );
    return null;
  }

  private unknown(field: TextField, shape: MessageShape): void {
    const names = Object.keys(shape.fields);
    const nearest = nearestName(field.name, names);
    const fix = nearest === undefined ? `its fields are ${names.join(', ') || 'none'}` : `did you mean ${nearest}?`;
    this.refuse(field, `${shape.name} has no field ${shorten(field.name)}`, fix);
  }

  private refuse(field: TextField, message: string, fix: string): void {
    this.findings.refuse(placeOf(field), message, fix);
  }
}

function add<T>(lists: Map<string, T[]>, name: string, value: T): void {
  const found = lists.get(name);
  if (found === undefined) lists.set(name, [value]);
  else found.push(value);
}

function placeOf({ line, column }: TextField): string {
  return `line ${line}, column ${column}`;
}
