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
    if (member instanceof protobuf.Type) writer.message(fileFields.messageType, (to) => writeMessage(to, member));
    else if (member instanceof protobuf.Enum) writer.message(fileFields.enumType, (to) => writeEnum(to, member));
    else if (member instanceof protobuf.Service) writer.message(fileFields.service, (to) => writeService(to, member));
  }
  return writer.text(fileFields.syntax, 'proto3').finish();
}

function writeMessage(writer: WireWriter, type: protobuf.Type): void {
  writer.text(messageFields.name, type.name);
  for (const field of type.fieldsArray) writer.message(messageFields.field, (to) => writeField(to, field, type));
  for (const field of type.fieldsArray) {
    if (field instanceof protobuf.MapField) writer.message(messageFields.nestedType, (to) => writeMapEntry(to, field));
  }
  for (const nested of type.nestedArray) {
    if (nested instanceof protobuf.Type) writer.message(messageFields.nestedType, (to) => writeMessage(to, nested));
    else if (nested instanceof protobuf.Enum) writer.message(messageFields.enumType, (to) => writeEnum(to, nested));
  }
  for (const { name } of type.oneofsArray) {
    writer.message(messageFields.oneofDecl, (to) => to.text(messageFields.name, name));
  }
}

function writeField(writer: WireWriter, field: protobuf.Field, parent: protobuf.Type): void {
  const isMap = field instanceof protobuf.MapField;
  writer
    .text(fieldFields.name, field.name)
    .uint(fieldFields.number, field.id)
    .uint(fieldFields.label, field.repeated || isMap ? labels.repeated : labels.optional);
  if (isMap) {
    writer.uint(fieldFields.type, messageType);
    writer.text(fieldFields.typeName, `${parent.fullName}.${entryName(field)}`);
  } else writeType(writer, field);
  const index = field.partOf === null ? -1 : parent.oneofsArray.indexOf(field.partOf);
  if (index !== -1) writer.integer(fieldFields.oneofIndex, index);
  writer.text(fieldFields.jsonName, camelCase(field.name));
}

function writeType(
  writer: WireWriter,
  { type, resolvedType }: Pick<protobuf.Field, 'type' | 'resolvedType'>,
): WireWriter {
  if (resolvedType === null) return writer.uint(fieldFields.type, scalarTypes[type] ?? 0);
  writer.uint(fieldFields.type, resolvedType instanceof protobuf.Enum ? enumType : messageType);
  return writer.text(fieldFields.typeName, resolvedType.fullName);
}

function writeMapEntry(writer: WireWriter, field: protobuf.MapField): void {
  writer
    .text(messageFields.name, entryName(field))
    .message(messageFields.field, (key) =>
      key
        .text(fieldFields.name, 'key')
        .uint(fieldFields.number, 1)
        .uint(fieldFields.label, labels.optional)
        .uint(fieldFields.type, scalarTypes[field.keyType] ?? 0)
        .text(fieldFields.jsonName, 'key'),
    )
    .message(messageFields.field, (value) => {
      value.text(fieldFields.name, 'value').uint(fieldFields.number, 2).uint(fieldFields.label, labels.optional);
      writeType(value, field).text(fieldFields.jsonName, 'value');
    })
    .message(messageFields.options, (to) => to.uint(mapEntryOption, 1));
}

function entryName({ name }: Pick<protobuf.Field, 'name'>): string {
  const camel = camelCase(name);
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}Entry`;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}

function writeEnum(writer: WireWriter, { name, values }: protobuf.Enum): void {
  writer.text(1, name);
  for (const [value, number] of Object.entries(values)) {
    writer.message(2, (to) => to.text(1, value).integer(2, number));
  }
}

function writeService(writer: WireWriter, service: protobuf.Service): void {
  writer.text(1, service.name);
  for (const method of service.methodsArray) {
    const { name, resolvedRequestType, resolvedResponseType, requestStream, responseStream } = method;
    writer.message(2, (to) =>
      to
        .text(methodFields.name, name)
        .text(methodFields.inputType, resolvedRequestType?.fullName ?? '')
        .text(methodFields.outputType, resolvedResponseType?.fullName ?? '')
        .bool(methodFields.clientStreaming, requestStream === true)
        .bool(methodFields.serverStreaming, responseStream === true),
    );
  }
}
