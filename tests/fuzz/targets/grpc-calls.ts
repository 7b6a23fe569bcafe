import { readProtos } from '@cluster-ai/gateway/frontends/grpc/read-protos.ts';
import type { ProtoMessages, ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import { noteProgress } from '../engine/progress.ts';
import type { FuzzTarget } from '../engine/target.ts';

const protos = readProtos();
const types = [
  [protos.inference, 'RepositoryModelLoadRequest', { model_name: 'm', parameters: { config: { string_param: '{}' } } }],
  [protos.inference, 'TraceSettingRequest', { settings: { trace_rate: { value: ['1'] } }, model_name: 'm' }],
  [protos.inference, 'LogSettingsRequest', { settings: { log_verbose_level: { uint32_param: 1 } } }],
  [protos.inference, 'ModelConfigRequest', { name: 'm', version: '1' }],
  [protos.inference, 'CudaSharedMemoryRegisterRequest', { name: 'r', raw_handle: Buffer.alloc(4), byte_size: 4 }],
  [protos.reflection, 'ServerReflectionRequest', { host: 'h', file_containing_extension: { containing_type: 'a' } }],
] as const;

/** Every other message that clients of gRPC send. */
export const target: FuzzTarget = {
  about: 'messages of gRPC apart from predictions, from clients, each read as each of their types',
  form: 'protobuf',
  seeds: () => types.map(([messages, type, value]) => messages.encode(type, value)),
  run: (input) => {
    for (const [messages, type] of types) {
      const value = readOrNull(messages, type, input);
      if (value === null) continue;
      noteProgress(type);
      messages.encode(type, value);
    }
  },
};

function readOrNull(messages: ProtoMessages, type: string, input: Uint8Array): ProtoObject | null {
  try {
    return messages.decode(type, input);
  } catch (thrown) {
    const error = toClusterError(thrown);
    if (error.code === 'INVALID_ARGUMENT') return null;
    throw error;
  }
}
