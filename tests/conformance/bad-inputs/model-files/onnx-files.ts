import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { ProtobufWriter } from '@cluster-ai/protocols/onnx/protobuf-writer.ts';
import {
  writeOnnxGraph,
  writeOnnxModel,
  type OnnxModel,
  type OnnxNode,
} from '@cluster-ai/protocols/onnx/write-model.ts';
import { identityModel } from '@cluster-ai/testkit/models/onnx-models.ts';

const FLOAT = 1;
const INT64 = 7;
const value = (name: string, shape: readonly (number | string)[] = ['n', 4], elementType = FLOAT) => ({
  name,
  elementType,
  shape,
});

/** A model of one identity, with what a case changes in it. */
function model(changes: Partial<OnnxModel> = {}): Uint8Array {
  return writeOnnxModel({
    producerName: 'cluster-ai tests',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'bad',
    nodes: [{ opType: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [value('x')],
    outputs: [value('y')],
    ...changes,
  });
}

const node = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  more: Partial<OnnxNode> = {},
): OnnxNode => ({ opType, inputs, outputs, ...more });
const add = (weight: string): OnnxNode => node('Add', ['x', weight], ['y']);
const good = (): Uint8Array => identityModel('FP32', ['n', 4]).bytes;

/** A stored tensor as its fields say, right or wrong. */
function tensor(fields: {
  dims: readonly (number | bigint)[];
  raw?: number;
  floats?: readonly number[];
  type?: number;
}): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const dim of fields.dims) writer.int64(1, dim);
  writer.int64(2, fields.type ?? FLOAT).text(8, 'w');
  for (const number of fields.floats ?? []) writer.float32(4, number);
  return fields.raw === undefined ? writer : writer.bytes(9, new Uint8Array(fields.raw));
}

/** The model above with a graph that holds the given stored tensor and adds it. */
function withTensor(stored: ProtobufWriter): Uint8Array {
  const graph = writeOnnxGraph({ graphName: 'bad', nodes: [add('w')], inputs: [value('x')], outputs: [value('y')] });
  const whole = Buffer.concat([graph, new ProtobufWriter().message(5, stored).finish()]);
  return withGraphs([whole]);
}

function withGraphs(graphs: readonly Uint8Array[], irVersion: number | null = 10): Uint8Array {
  const writer = new ProtobufWriter();
  if (irVersion !== null) writer.int64(1, irVersion);
  for (const graph of graphs) writer.bytes(7, graph);
  return writer.message(8, new ProtobufWriter().text(1, '').int64(2, 17)).finish();
}

function external(location: string, offset = '0', length = '16'): Uint8Array {
  const entry = (key: string, content: string): ProtobufWriter => new ProtobufWriter().text(1, key).text(2, content);
  const stored = tensor({ dims: [4] });
  for (const [key, content] of Object.entries({ location, offset, length })) stored.message(13, entry(key, content));
  return withTensor(stored.int64(14, 1));
}

/** Branches inside branches. */
function nestedIf(depth: number): Uint8Array {
  let inner = writeOnnxGraph({
    graphName: 'leaf',
    nodes: [node('Identity', ['x'], ['out'])],
    inputs: [],
    outputs: [value('out')],
  });
  for (let level = 0; level < depth; level += 1) {
    inner = writeOnnxGraph({
      graphName: `level${level}`,
      nodes: [
        node('If', ['yes'], ['out'], {
          attributes: { then_branch: { graph: inner }, else_branch: { graph: level === 0 ? inner : leaf() } },
        }),
      ],
      inputs: [],
      outputs: [value('out')],
    });
  }
  return model({
    nodes: [
      node('If', ['yes'], ['y'], { attributes: { then_branch: { graph: inner }, else_branch: { graph: inner } } }),
    ],
    initializers: [{ name: 'yes', datatype: 'BOOL', shape: [], data: Uint8Array.of(1) }],
  });
}

function leaf(): Uint8Array {
  return writeOnnxGraph({
    graphName: 'leaf',
    nodes: [node('Identity', ['x'], ['out'])],
    inputs: [],
    outputs: [value('out')],
  });
}

/** Attributes in graphs in attributes, without an end in sight; no writer makes such a file. */
function hollow(depth: number): Uint8Array {
  let graph = new ProtobufWriter();
  for (let level = 0; level < depth; level += 1) {
    graph = new ProtobufWriter().message(
      1,
      new ProtobufWriter().text(4, 'If').message(5, new ProtobufWriter().message(6, graph)),
    );
  }
  return new ProtobufWriter().int64(1, 10).message(7, graph).finish();
}

function random(seed: number, bytes: number): Uint8Array {
  const next = seededRandom(seed);
  return new Uint8Array(bytes).map(() => Math.floor(next() * 256));
}

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const huge = (name: string, dims: readonly bigint[]) => ({
  name,
  datatype: 'INT64' as const,
  shape: [dims.length],
  data: BigInt64Array.from(dims),
});

export const onnxFiles: Readonly<Record<string, () => Uint8Array>> = {
  empty: () => new Uint8Array(0),
  'one zero byte': () => Uint8Array.of(0),
  png: () => Buffer.from(png, 'base64'),
  'plain text': () => text('this is my model\n'),
  'web page': () => text('<!DOCTYPE html><title>404</title>'),
  json: () => text('{"ir_version": 10}'),
  'git lfs pointer': () => text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
  pickle: () => Uint8Array.of(0x80, 0x04, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x2e),
  'random 1': () => random(1, 1_000),
  'random 2': () => random(2, 100_000),
  'random 3': () => random(3, 17),
  'random with a true beginning': () => Buffer.concat([good().subarray(0, 30), random(4, 2_000)]),
  'cut at a tenth': () => good().subarray(0, Math.floor(good().length / 10)),
  'cut at a half': () => good().subarray(0, Math.floor(good().length / 2)),
  'cut before the last byte': () => good().subarray(0, good().length - 1),
  'version as text': () => new ProtobufWriter().text(1, 'ten').finish(),
  'graph as number': () => new ProtobufWriter().int64(1, 10).int64(7, 1).finish(),
  'number of eleven bytes': () => Uint8Array.of(0x08, ...Array.from({ length: 10 }, () => 0x80), 0x01),
  'field number 0': () => Uint8Array.of(0x00, 0x01),
  'group, which is obsolete': () => Uint8Array.of(0x0b, 0x08, 0x0a),
  'length beyond the end': () => Uint8Array.of(0x08, 0x0a, 0x3a, 0x7f),
  'length of 2^63': () => Uint8Array.of(0x08, 0x0a, 0x3a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01),
  'no version': () =>
    withGraphs([writeOnnxGraph({ graphName: 'g', nodes: [], inputs: [], outputs: [value('y')] })], null),
  'no graph': () => withGraphs([]),
  'two graphs': () => withGraphs([leaf(), leaf()]),
  'no operator sets': () => new ProtobufWriter().int64(1, 10).bytes(7, leaf()).finish(),
  'empty graph': () => withGraphs([new Uint8Array(0)]),
  'no outputs': () => model({ outputs: [] }),
  'two inputs of one name': () => model({ inputs: [value('x'), value('x')] }),
  'two outputs of one name': () => model({ outputs: [value('y'), value('y')] }),
  'input of an unknown type': () => model({ inputs: [value('x', ['n', 4], 99)] }),
  'input of rank 65': () =>
    model({
      inputs: [
        value(
          'x',
          Array.from({ length: 65 }, () => 1),
        ),
      ],
    }),
  'input of terabytes': () => model({ inputs: [value('x', [2 ** 40])], outputs: [value('y', [2 ** 40])] }),
  'name of 5000 bytes': () => model({ inputs: [value('x'.repeat(5_000))] }),
  'name that is not utf-8': () => {
    const bytes = Buffer.from(model({ graphName: 'broken name' }));
    bytes[bytes.indexOf('broken')] = 0xff;
    return bytes;
  },
  'node without operator': () => model({ nodes: [node('', ['x'], ['y'])] }),
  '300 operator sets': () =>
    model({ opsets: Array.from({ length: 300 }, (_, version) => ({ domain: `d${version}`, version: 1 })) }),
  'weights of negative size': () => withTensor(tensor({ dims: [-4], raw: 16 })),
  'weights larger than their data': () => withTensor(tensor({ dims: [1_000_000_000], raw: 16 })),
  'weights of 2^62 numbers': () => withTensor(tensor({ dims: [2n ** 31n, 2n ** 31n], raw: 16 })),
  'weights in another folder': () => external('../weights.bin'),
  'weights at an absolute path': () => external('/etc/passwd'),
  'weights that are not sent': () => external('weights.bin'),
  'weights behind the end of their file': () => external('data.bin', '1000'),
  'weights at no number': () => external('data.bin', 'ten'),
  'weights in a file without a name': () => external(''),
  'branches 33 deep': () => nestedIf(33),
  'graphs 5000 deep': () => hollow(5_000),
  'weights fewer than they claim': () => withTensor(tensor({ dims: [4], floats: [1, 2] })),
  'weights of a gigabyte, not there': () => withTensor(tensor({ dims: [250_000_000], floats: [1] })),
  cycle: () =>
    model({ nodes: [node('Add', ['x', 'b'], ['a']), node('Identity', ['a'], ['b']), node('Identity', ['a'], ['y'])] }),
  'node that feeds itself': () => model({ nodes: [node('Add', ['x', 'y'], ['y'])] }),
  'unknown operator': () => model({ nodes: [node('NoSuchOperator', ['x'], ['y'])] }),
  'unknown domain': () => model({ nodes: [node('Identity', ['x'], ['y'], { domain: 'evil.example' })] }),
  'declared domain that nobody has': () =>
    model({
      nodes: [node('Run', ['x'], ['y'], { domain: 'evil.example' })],
      opsets: [
        { domain: '', version: 17 },
        { domain: 'evil.example', version: 1 },
      ],
    }),
  'operator set 9999': () => model({ opsets: [{ domain: '', version: 9_999 }] }),
  'version 9999': () => model({ irVersion: 9_999 }),
  'node with a missing input': () => model({ nodes: [node('Add', ['x', 'nowhere'], ['y'])] }),
  'two nodes with one output': () => model({ nodes: [node('Identity', ['x'], ['y']), node('Neg', ['x'], ['y'])] }),
  'output that nobody makes': () => model({ nodes: [node('Identity', ['x'], ['z'])] }),
  'output of another type': () => model({ outputs: [value('y', ['n', 4], INT64)] }),
  'attribute of another type': () =>
    model({ nodes: [node('Softmax', ['x'], ['y'], { attributes: { axis: { string: 'last' } } })] }),
  'constant of terabytes': () =>
    model({
      nodes: [
        node('ConstantOfShape', ['s'], ['c']),
        node('ReduceSum', ['c'], ['t'], { attributes: { keepdims: { int: 0 } } }),
        node('Add', ['x', 't'], ['y']),
      ],
      initializers: [huge('s', [2n ** 21n, 2n ** 21n])],
    }),
  'constant of negative size': () =>
    model({
      nodes: [
        node('ConstantOfShape', ['s'], ['c']),
        node('ReduceSum', ['c'], ['t'], { attributes: { keepdims: { int: 0 } } }),
        node('Add', ['x', 't'], ['y']),
      ],
      initializers: [huge('s', [-2n, 2n])],
    }),
};
