import type { MessageShape } from './message-shape.ts';

export type ConfigValue = string | number | boolean | ConfigMessage;

/**
 * A message of a configuration that fits its shape, whichever form it was read from. Enumerations are their names. What is
 * absent reads as Protocol Buffers' default.
 */
export class ConfigMessage {
  readonly shape: MessageShape;
  /** For messages to people: a line of the text, or a path in the JSON. */
  readonly place: string;
  private readonly values: ReadonlyMap<string, readonly ConfigValue[]>;
  private readonly keys: ReadonlyMap<string, readonly string[]>;
  private readonly places: ReadonlyMap<string, string>;

  /**
   * @param values of a field that is given and does not fit: none.
   * @param keys of fields that are maps: the key of each of their values. @param places of fields.
   */
  constructor(
    shape: MessageShape,
    place: string,
    values: ReadonlyMap<string, readonly ConfigValue[]>,
    keys: ReadonlyMap<string, readonly string[]>,
    places: ReadonlyMap<string, string> = new Map(),
  ) {
    this.shape = shape;
    this.place = place;
    this.values = values;
    this.keys = keys;
    this.places = places;
  }

  /** Where a field stands, for messages to people; the message's own place when it is not given. */
  placeOf(field: string): string {
    return this.places.get(field) ?? this.place;
  }

  /** Names of the fields that hold something other than their default, which says nothing in Protocol Buffers. */
  given(): string[] {
    return [...this.values].flatMap(([field, values]) => {
      const isOne = this.shape.fields[field]?.many === 'one';
      return (isOne ? values.some(saysSomething) : values.length > 0) ? [field] : [];
    });
  }

  /** An empty list, or an empty map, is absent. */
  has(field: string): boolean {
    return (this.values.get(field)?.length ?? 0) > 0;
  }

  /** Whether a single value is given that does not fit: that was put on record where it stands. */
  misfits(field: string): boolean {
    return this.shape.fields[field]?.many === 'one' && this.values.get(field)?.length === 0;
  }

  text(field: string): string {
    const value = this.values.get(field)?.[0];
    return typeof value === 'string' ? value : '';
  }

  number(field: string): number {
    const value = this.values.get(field)?.[0];
    return typeof value === 'number' ? value : 0;
  }

  flag(field: string): boolean {
    return this.values.get(field)?.[0] === true;
  }

  numbers(field: string): number[] {
    return (this.values.get(field) ?? []).flatMap((value) => (typeof value === 'number' ? [value] : []));
  }

  flags(field: string): boolean[] {
    return (this.values.get(field) ?? []).flatMap((value) => (typeof value === 'boolean' ? [value] : []));
  }

  texts(field: string): string[] {
    return (this.values.get(field) ?? []).flatMap((value) => (typeof value === 'string' ? [value] : []));
  }

  message(field: string): ConfigMessage | null {
    return this.messages(field)[0] ?? null;
  }

  messages(field: string): ConfigMessage[] {
    return (this.values.get(field) ?? []).flatMap((value) => (value instanceof ConfigMessage ? [value] : []));
  }

  /** A map of messages, in the order in which it is written; the last of equal keys counts. */
  messageMap(field: string): Map<string, ConfigMessage> {
    return this.mapOf(field, this.messages(field));
  }

  textMap(field: string): Map<string, string> {
    return this.mapOf(field, this.texts(field));
  }

  private mapOf<T>(field: string, values: readonly T[]): Map<string, T> {
    const keys = this.keys.get(field) ?? [];
    return new Map(values.flatMap((value, index): [string, T][] => [[keys[index] ?? '', value]]));
  }
}

function saysSomething(value: ConfigValue): boolean {
  return value instanceof ConfigMessage ? value.given().length > 0 : Boolean(value);
}
