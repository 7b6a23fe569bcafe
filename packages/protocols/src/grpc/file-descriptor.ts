import protobuf from 'protobufjs';
import { WireWriter } from './wire-writer.ts';

/** Fields of google.protobuf.FileDescriptorProto and of the messages in it. */
const fileFields = { name: 1, package: 2, messageType: 4, enumType: 5, service: 6, syntax: 12 } as const;
const messageFields = { name: 1, field: 2, nestedType: 3, enumType: 4, options: 7, oneofDecl: 8 } as const;
const fieldFields = { name: 1, number: 3, label: 4, type: 5, typeName: 6, oneofIndex: 9, jsonName: 10 } as const;
const methodFields = { name: 1, inputType: 2, outputType: 3, clientStreaming: 5, serverStreaming: 6 } as const;
const mapEntryOption = 7;

const labels = { optional: 1, repeated: 3 } as const;
const messageType = 11;
const enumType = 14;
const scalarTypes: Readonly<Record<string, number>> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  fixed64: 6,
  fixed32: 7,
  bool: 8,
  string: 9,
  bytes: 12,
  uint32: 13,
  sfixed32: 15,
  sfixed64: 16,
  sint32: 17,
  sint64: 18,
};

/**
 * Writes everything of one package as one file of proto3, in the form in which reflection tells it. Clients are strict:
 * maps must be messages with the one name that a compiler would give them.
 */
export function writeFileDescriptor(
  file: string,
  packageName: string,
  members: protobuf.ReflectionObject[],
): Uint8Array {
  const writer = new WireWriter().text(fileFields.name, file).text(fileFields.package, packageName);
  for (const member of members) {
    if (member instanceof protobuf.Type) writer.message(fileFields.messageType, messageOf(member));
    else if (member instanceof protobuf.Enum) writer.message(fileFields.enumType, enumOf(member));
    else if (member instanceof protobuf.Service) writer.message(fileFields.service, serviceOf(member));
  }
  return writer.text(fileFields.syntax, 'proto3').finish();
}

function messageOf(type: protobuf.Type): WireWriter {
  const writer = new WireWriter().text(messageFields.name, type.name);
  for (const field of type.fieldsArray) writer.message(messageFields.field, fieldOf(field, type));
  for (const field of type.fieldsArray) {
    if (field instanceof protobuf.MapField) writer.message(messageFields.nestedType, mapEntryOf(field));
  }
  for (const nested of type.nestedArray) {
    if (nested instanceof protobuf.Type) writer.message(messageFields.nestedType, messageOf(nested));
    else if (nested instanceof protobuf.Enum) writer.message(messageFields.enumType, enumOf(nested));
  }
  for (const { name } of type.oneofsArray) {
    writer.message(messageFields.oneofDecl, new WireWriter().text(messageFields.name, name));
  }
  return writer;
}

function fieldOf(field: protobuf.Field, parent: protobuf.Type): WireWriter {
  const isMap = field instanceof protobuf.MapField;
  const writer = new WireWriter()
    .text(fieldFields.name, field.name)
    .uint(fieldFields.number, field.id)
    .uint(fieldFields.label, field.repeated || isMap ? labels.repeated : labels.optional);
  if (isMap) {
    writer.uint(fieldFields.type, messageType);
    writer.text(fieldFields.typeName, `${parent.fullName}.${entryName(field)}`);
  } else writeType(writer, field);
  const index = field.partOf === null ? -1 : parent.oneofsArray.indexOf(field.partOf);
  if (index !== -1) writer.integer(fieldFields.oneofIndex, index);
  return writer.text(fieldFields.jsonName, camelCase(field.name));
}

function writeType(
  writer: WireWriter,
  { type, resolvedType }: Pick<protobuf.Field, 'type' | 'resolvedType'>,
): WireWriter {
  if (resolvedType === null) return writer.uint(fieldFields.type, scalarTypes[type] ?? 0);
  writer.uint(fieldFields.type, resolvedType instanceof protobuf.Enum ? enumType : messageType);
  return writer.text(fieldFields.typeName, resolvedType.fullName);
}

function mapEntryOf(field: protobuf.MapField): WireWriter {
  const key = new WireWriter()
    .text(fieldFields.name, 'key')
    .uint(fieldFields.number, 1)
    .uint(fieldFields.label, labels.optional)
    .uint(fieldFields.type, scalarTypes[field.keyType] ?? 0)
    .text(fieldFields.jsonName, 'key');
  const value = new WireWriter()
    .text(fieldFields.name, 'value')
    .uint(fieldFields.number, 2)
    .uint(fieldFields.label, labels.optional);
  writeType(value, field).text(fieldFields.jsonName, 'value');
  return new WireWriter()
    .text(messageFields.name, entryName(field))
    .message(messageFields.field, key)
    .message(messageFields.field, value)
    .message(messageFields.options, new WireWriter().uint(mapEntryOption, 1));
}

function entryName({ name }: Pick<protobuf.Field, 'name'>): string {
  const camel = camelCase(name);
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}Entry`;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}

function enumOf({ name, values }: protobuf.Enum): WireWriter {
  const writer = new WireWriter().text(1, name);
  for (const [value, number] of Object.entries(values)) {
    writer.message(2, new WireWriter().text(1, value).integer(2, number));
  }
  return writer;
}

function serviceOf(service: protobuf.Service): WireWriter {
  const writer = new WireWriter().text(1, service.name);
  for (const method of service.methodsArray) {
    const { name, resolvedRequestType, resolvedResponseType, requestStream, responseStream } = method;
    const written = new WireWriter()
      .text(methodFields.name, name)
      .text(methodFields.inputType, resolvedRequestType?.fullName ?? '')
      .text(methodFields.outputType, resolvedResponseType?.fullName ?? '')
      .bool(methodFields.clientStreaming, requestStream === true)
      .bool(methodFields.serverStreaming, responseStream === true);
    writer.message(2, written);
  }
  return writer;
}
