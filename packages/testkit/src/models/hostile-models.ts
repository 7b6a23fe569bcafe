import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import {
  writeOnnxGraph,
  writeOnnxModel,
  type OnnxModel,
  type OnnxNode,
} from '@cluster-ai/protocols/onnx/write-model.ts';

/** Models that are well-formed and harm whoever runs them. What they do, the request says, or they do it at once. */
type Harm = 'on request' | 'when it is loaded';

const opsets = [{ domain: '', version: 17 }];
const about = { producerName: 'cluster-ai tests', opsets, graphName: 'hostile' } as const;

const scalar = (name: string, elementType: number, shape: readonly number[]) => ({ name, elementType, shape });

/** How often what was filled is added up: for about a second, because memory is looked at ten times in one. */
const passes = 50n;

/** Adds all that is filled to what it was given. */
const pass = writeOnnxGraph({
  graphName: 'pass',
  nodes: [
    { opType: 'Identity', inputs: ['go'], outputs: ['go_on'] },
    { opType: 'ReduceSum', inputs: ['filled'], outputs: ['sum'], attributes: { keepdims: { int: 0 } } },
    { opType: 'Add', inputs: ['total', 'sum'], outputs: ['next'] },
  ],
  inputs: [
    scalar('pass', elementTypeOf.INT64, []),
    scalar('go', elementTypeOf.BOOL, []),
    scalar('total', elementTypeOf.FP32, []),
  ],
  outputs: [scalar('go_on', elementTypeOf.BOOL, []), scalar('next', elementTypeOf.FP32, [])],
});

/**
 * Fills memory with as many zeros as `shape` INT64[2] says, and keeps it for a while: `y` = their sum, added up 50 times, FP32[].
 * Loaded, it fills the given number of bytes, because the runtime computes what is constant.
 */
export function fillingModel(harm: Harm, constantBytes = 640 * 2 ** 20): Uint8Array {
  const ones = harm === 'on request' ? 'shape' : 'constant';
  const side = BigInt(Math.floor(Math.sqrt(constantBytes / 4)));
  return writeOnnxModel({
    ...about,
    nodes: [
      {
        opType: 'ConstantOfShape',
        inputs: [ones],
        outputs: ['filled'],
      },
      ...(harm === 'on request'
        ? [{ opType: 'Loop', inputs: ['passes', 'yes', 'zero'], outputs: ['y'], attributes: { body: { graph: pass } } }]
        : [
            { opType: 'ReduceSum', inputs: ['filled'], outputs: ['sum'], attributes: { keepdims: { int: 0 } } },
            { opType: 'Cast', inputs: ['shape'], outputs: ['numbers'], attributes: { to: { int: 1 } } },
            { opType: 'Add', inputs: ['sum', 'numbers'], outputs: ['y'] },
          ]),
    ],
    initializers: [
      { name: 'constant', datatype: 'INT64', shape: [2], data: BigInt64Array.of(side, side) },
      { name: 'passes', datatype: 'INT64', shape: [], data: BigInt64Array.of(passes) },
      { name: 'yes', datatype: 'BOOL', shape: [], data: Uint8Array.of(1) },
      { name: 'zero', datatype: 'FP32', shape: [], data: Float32Array.of(0) },
    ],
    inputs: [{ name: 'shape', elementType: elementTypeOf.INT64, shape: [2] }],
    outputs: [{ name: 'y', elementType: elementTypeOf.FP32, shape: harm === 'on request' ? [] : [2] }],
  });
}

/** Counts in a loop: `y` = `rounds` INT64[1], which takes a microsecond a round. Loaded, it is tried with 2^50 rounds. */
export function loopingModel(harm: Harm): Uint8Array {
  const body = writeOnnxGraph({
    graphName: 'round',
    nodes: [
      { opType: 'Identity', inputs: ['go'], outputs: ['go_on'] },
      { opType: 'Add', inputs: ['count', 'one'], outputs: ['next'] },
    ],
    inputs: [
      scalar('round', elementTypeOf.INT64, []),
      scalar('go', elementTypeOf.BOOL, []),
      scalar('count', elementTypeOf.INT64, [1]),
    ],
    outputs: [scalar('go_on', elementTypeOf.BOOL, []), scalar('next', elementTypeOf.INT64, [1])],
  });
  const trips = harm === 'on request' ? 'rounds' : 'many';
  const loop: OnnxNode = {
    opType: 'Loop',
    inputs: [trips, 'yes', 'zero'],
    outputs: ['counted'],
    attributes: { body: { graph: body } },
  };
  const model: OnnxModel = {
    ...about,
    nodes: [loop, { opType: 'Add', inputs: ['counted', 'rounds'], outputs: ['y'] }],
    initializers: [
      { name: 'zero', datatype: 'INT64', shape: [1], data: BigInt64Array.of(0n) },
      { name: 'one', datatype: 'INT64', shape: [1], data: BigInt64Array.of(1n) },
      { name: 'many', datatype: 'INT64', shape: [1], data: BigInt64Array.of(2n ** 50n) },
      { name: 'yes', datatype: 'BOOL', shape: [], data: Uint8Array.of(1) },
    ],
    inputs: [{ name: 'rounds', elementType: elementTypeOf.INT64, shape: [1] }],
    outputs: [{ name: 'y', elementType: elementTypeOf.INT64, shape: [1] }],
  };
  return writeOnnxModel(model);
}
