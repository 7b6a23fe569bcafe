import type { InferenceResponse } from '@cluster-ai/core/inference/request.ts';
import { WireWriter } from './wire-writer.ts';

/** Fields of ModelInferResponse and of its outputs. Tensors are always in `raw_output_contents`, as Triton has them. */
const fields = { modelName: 1, modelVersion: 2, id: 3, parameters: 4, outputs: 5, rawOutputContents: 6 } as const;
const outputFields = { name: 1, datatype: 2, shape: 3 } as const;

/** Writes a ModelInferResponse. */
export function encodeInferResponse(response: InferenceResponse): Uint8Array {
  const writer = new WireWriter();
  writeResponse(writer, response);
  return writer.finish();
}

const streamFields = { errorMessage: 1, inferResponse: 2 } as const;

/** Writes a ModelStreamInferResponse that holds an answer. */
export function encodeStreamResponse(response: InferenceResponse): Uint8Array {
  const writer = new WireWriter().message(streamFields.inferResponse, (inner) => {
    writeResponse(inner, response);
    inner.message(fields.parameters, writeFinalResponse);
  });
  return writer.finish();
}

/**
 * Writes a ModelStreamInferResponse that holds an error: the stream goes on.
 * @param id of the request, so that the client knows which failed; empty when it had none.
 */
export function encodeStreamError(message: string, id: string): Uint8Array {
  return new WireWriter()
    .text(streamFields.errorMessage, message.toWellFormed())
    .message(streamFields.inferResponse, (inner) => inner.text(fields.id, id))
    .finish();
}

/** `parameters["triton_final_response"] = true`: each request of a stream has one answer. */
function writeFinalResponse(writer: WireWriter): void {
  writer.text(1, 'triton_final_response').message(2, (value) => value.bool(1, true));
}

function writeResponse(writer: WireWriter, { modelName, modelVersion, id, outputs }: InferenceResponse): void {
  writer
    .text(fields.modelName, modelName)
    .text(fields.modelVersion, modelVersion)
    .text(fields.id, id ?? '');
  for (const { name, datatype, shape } of outputs) {
    writer.message(fields.outputs, (output) =>
      output.text(outputFields.name, name).text(outputFields.datatype, datatype).packed(outputFields.shape, shape),
    );
  }
  for (const { data } of outputs) writer.bytes(fields.rawOutputContents, data);
}
