import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { programFiles } from '@cluster-ai/platform/process/program-files.ts';
import { ProtoMessages } from '@cluster-ai/protocols/grpc/proto-messages.ts';

/** The name under which TorchServe has the same service; everybody else has it as `inference`. */
const torchServePackage = 'org.pytorch.serve.grpc.openinference';

/** Every package that the listener answers to. */
export interface Protos {
  readonly inference: ProtoMessages;
  readonly torchServe: ProtoMessages;
  readonly health: ProtoMessages;
  readonly reflection: ProtoMessages;
  /** The same under the name that older clients ask for. */
  readonly reflectionAlpha: ProtoMessages;
}

/** Reads the `.proto` files that clients are generated from, so that what is told of them is what is spoken. */
export function readProtos(): Protos {
  const service = [read('model_config.proto'), read('grpc_service.proto')];
  const reflection = [read('reflection.proto')];
  return {
    inference: new ProtoMessages(service),
    torchServe: new ProtoMessages(service, torchServePackage),
    health: new ProtoMessages([read('health.proto')]),
    reflection: new ProtoMessages(reflection),
    reflectionAlpha: new ProtoMessages(reflection, 'grpc.reflection.v1alpha'),
  };
}

function read(file: string): string {
  return readFileSync(join(programFiles.protos, file), 'utf8');
}
