import { ClusterError } from '@cluster-ai/core/errors.ts';
import protobuf from 'protobufjs';
import { writeFileDescriptor } from './file-descriptor.ts';

/** A value of a message as plain data: 64-bit integers are text, enumerations their names,
 * messages that are not there null. */
export type ProtoValue = string | number | boolean | null | Uint8Array | readonly ProtoValue[] | ProtoObject;
export interface ProtoObject {
  readonly [field: string]: ProtoValue | undefined;
}

/** Whether a field holds a message or a map. */
export function isMessage(value: ProtoValue | undefined): value is ProtoObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** One method of a service. */
export interface ProtoMethod {
  /** `/inference.GRPCInferenceService/ModelConfig`. */
  readonly path: string;
  readonly name: string;
  readonly requestType: string;
  readonly responseType: string;
}

const plain = { longs: String, enums: String, defaults: true, arrays: true, objects: true, oneofs: true } as const;

/**
 * The messages of one package, from the text of its `.proto` files. What every prediction consists of has codecs of its
 * own beside this; here is what is called now and then.
 */
export class ProtoMessages {
  readonly package: string;
  /** Name of the one file that `fileDescriptor` describes. */
  readonly file: string;
  /** A google.protobuf.FileDescriptorProto with all of it. */
  readonly fileDescriptor: Uint8Array;
  private readonly root = new protobuf.Root();

  /**
   * @param texts of files that import only each other.
   * @param packageName replaces the package that the files name: some servers have the same under another name.
   */
  constructor(texts: readonly string[], packageName?: string) {
    let name = '';
    for (const text of texts) {
      const renamed = packageName === undefined ? text : text.replace(/^package [\w.]+;$/m, `package ${packageName};`);
      name = protobuf.parse(renamed, this.root, { keepCase: true }).package ?? name;
    }
    this.package = name;
    this.root.resolveAll();
    this.file = `${name.replaceAll('.', '/')}.proto`;
    this.fileDescriptor = writeFileDescriptor(this.file, name, this.members());
  }

  /** Full names of the services: `inference.GRPCInferenceService`. */
  get services(): string[] {
    return this.members().flatMap((member) => (member instanceof protobuf.Service ? [fullName(member)] : []));
  }

  /** The methods of all services. */
  get methods(): ProtoMethod[] {
    return this.members().flatMap((member) =>
      member instanceof protobuf.Service
        ? member.methodsArray.map(({ name, requestType, responseType }) => ({
            path: `/${fullName(member)}/${name}`,
            name,
            requestType,
            responseType,
          }))
        : [],
    );
  }

  /** Whether a service, method, message, field or enumeration of this full name is in the package. */
  declares(name: string): boolean {
    const isInside = name.startsWith(`${this.package}.`);
    return isInside && this.root.lookup(`.${name}`) !== null;
  }

  /** @param type without its package: `ServerLiveResponse`. Fields that are undefined are left out. */
  encode(type: string, value: object): Uint8Array {
    const found = this.type(type);
    return found.encode(found.fromObject({ ...value })).finish();
  }

  /** @throws ClusterError INVALID_ARGUMENT for bytes that are no such message. */
  decode(type: string, bytes: Uint8Array): ProtoObject {
    const found = this.type(type);
    try {
      return found.toObject(found.decode(bytes), plain);
    } catch (cause) {
      throw new ClusterError('INVALID_ARGUMENT', `the message is not a valid ${type}`, { cause });
    }
  }

  private type(name: string): protobuf.Type {
    return this.root.lookupType(`${this.package}.${name}`);
  }

  private members(): protobuf.ReflectionObject[] {
    const inPackage = this.root.lookup(this.package);
    return inPackage instanceof protobuf.Namespace ? inPackage.nestedArray : [];
  }
}

function fullName(object: protobuf.ReflectionObject): string {
  return object.fullName.replace(/^\./, '');
}
