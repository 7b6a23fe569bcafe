/** What a message of the configuration may hold, as data: both of its forms, text and JSON, are read by it. */
export interface MessageShape {
  readonly kind: 'message';
  /** For messages to people. */
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldShape>>;
}

export interface EnumShape {
  readonly kind: 'enum';
  readonly name: string;
  /** By name; numbers are those of the protocol. */
  readonly values: Readonly<Record<string, number>>;
}

export type ScalarType = 'int32' | 'uint32' | 'int64' | 'uint64' | 'float' | 'double' | 'bool' | 'string';

export interface FieldShape {
  readonly type: ScalarType | EnumShape | MessageShape;
  readonly many: 'one' | 'list' | 'map';
  /** Fields of one group exclude one another. */
  readonly group?: string;
}

export function message(name: string, fields: Readonly<Record<string, FieldShape>>): MessageShape {
  return { kind: 'message', name, fields };
}

export function enumeration(name: string, values: Readonly<Record<string, number>>): EnumShape {
  return { kind: 'enum', name, values };
}

export function one(type: FieldShape['type']): FieldShape {
  return { type, many: 'one' };
}

export function list(type: FieldShape['type']): FieldShape {
  return { type, many: 'list' };
}

/** From texts to values. (Keys of the only other kind, numbers, are read as texts too.) */
export function map(type: FieldShape['type']): FieldShape {
  return { type, many: 'map' };
}

export function oneOf(group: string, type: FieldShape['type']): FieldShape {
  return { type, many: 'one', group };
}
