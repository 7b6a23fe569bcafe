import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtoMessages } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { repository } from '../../start-platform.ts';

export const unaryPath = '/inference.GRPCInferenceService/ModelInfer';
export const streamPath = '/inference.GRPCInferenceService/ModelStreamInfer';

const setosa = Float32Array.of(5.1, 3.5, 1.4, 0.2);

const messages = new ProtoMessages(
  ['model_config.proto', 'grpc_service.proto'].map((name) =>
    readFileSync(join(repository, 'packages/protocols/src/grpc/protos', name), 'utf8'),
  ),
);

/** The message that asks for the kind of one flower; its id comes back. */
export function irisMessage(id: string): Uint8Array {
  return messages.encode('ModelInferRequest', {
    model_name: 'iris',
    id,
    inputs: [{ name: 'input', datatype: 'FP32', shape: [1, setosa.length] }],
    outputs: [{ name: 'label' }],
    raw_input_contents: [new Uint8Array(setosa.buffer)],
  });
}

/** What a message of an answer says: its id and the label. @param streamed it is one of ModelStreamInfer. */
export function readIrisAnswer(bytes: Uint8Array, streamed: boolean): { readonly id: unknown; readonly label: number } {
  const message = messages.decode(streamed ? 'ModelStreamInferResponse' : 'ModelInferResponse', bytes);
  const answer = (streamed ? message['infer_response'] : message) as {
    readonly id: string;
    readonly raw_output_contents: readonly Uint8Array[];
  };
  const [label = new Uint8Array(8)] = answer.raw_output_contents;
  return { id: answer.id, label: Number(Buffer.from(label).readBigInt64LE()) };
}
