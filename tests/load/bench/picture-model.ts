import type { TestModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { writeOnnxModel } from '@cluster-ai/protocols/onnx/write-model.ts';

/** Takes a picture of 1x3x224x224 and gives the means of its three colours: nearly all of its cost is the way to it. */
export function pictureModel(): TestModel {
  const elementType = elementTypeOf.FP32;
  const bytes = writeOnnxModel({
    producerName: 'bench',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'picture',
    nodes: [
      { opType: 'GlobalAveragePool', inputs: ['image'], outputs: ['means'] },
      { opType: 'Flatten', inputs: ['means'], outputs: ['probabilities'] },
    ],
    inputs: [{ name: 'image', elementType, shape: ['n', 3, 224, 224] }],
    outputs: [{ name: 'probabilities', elementType, shape: ['n', 3] }],
  });
  return { bytes, signature: signatureFromOnnx(readOnnxModel(bytes)) };
}
