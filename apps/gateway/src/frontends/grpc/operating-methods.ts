import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertUnloadParameters, readLoadParameters } from '@cluster-ai/protocols/grpc/load-parameters.ts';
import type { ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { keyOf } from '../../open-inference/operator.ts';
import { sharedMemoryDisabled, unknownRegion } from '@cluster-ai/protocols/open-inference/shared-memory.ts';
import { textOf } from './fields.ts';
import type { GrpcOptions } from './front-end.ts';
import type { UnaryMethod } from './unary.ts';

type Methods = Readonly<Record<string, UnaryMethod>>;

/** The methods of the model repository, and of shared memory, which is refused as HTTP refuses it. */
export function repositoryMethods({ repository }: GrpcOptions): Methods {
  return {
    RepositoryIndex: {
      action: 'read',
      answer: (request, { caller }) => {
        assertNoRepository(textOf(request, 'repository_name'));
        return { models: repository.index(caller, request['ready'] === true) };
      },
    },
    RepositoryModelLoad: {
      action: 'operate',
      answer: async (request, { caller, call }) => {
        await repository.load({ caller, key: keyOf(call) }, modelOf(request), readLoadParameters(request));
        return {};
      },
    },
    RepositoryModelUnload: {
      action: 'operate',
      answer: async (request, { caller, call }) => {
        assertUnloadParameters(request);
        await repository.unload({ caller, key: keyOf(call) }, modelOf(request));
        return {};
      },
    },
  };
}

/** No region is ever registered: the list is empty, a region that is named is unknown. */
export function sharedMemoryMethods(): Methods {
  const refuse: UnaryMethod = {
    action: 'read',
    answer: () => {
      throw new ClusterError('UNSUPPORTED', sharedMemoryDisabled);
    },
  };
  return {
    SystemSharedMemoryStatus: sharedMemoryStatus('system '),
    CudaSharedMemoryStatus: sharedMemoryStatus('cuda '),
    SystemSharedMemoryRegister: refuse,
    SystemSharedMemoryUnregister: refuse,
    CudaSharedMemoryRegister: refuse,
    CudaSharedMemoryUnregister: refuse,
  };
}

function sharedMemoryStatus(kind: 'system ' | 'cuda '): UnaryMethod {
  return {
    action: 'read',
    answer: (request) => {
      const name = textOf(request, 'name');
      if (name !== '') throw unknownRegion(name, kind);
      return {};
    },
  };
}

/** KServe has the model's name where Triton has the repository's. */
function modelOf(request: ProtoObject): string {
  const [repository, model] = [textOf(request, 'repository_name'), textOf(request, 'model_name')];
  if (model === '') return repository;
  assertNoRepository(repository);
  return model;
}

/** There is one repository, which has no name. @throws ClusterError UNSUPPORTED in Triton's words. */
function assertNoRepository(name: string): void {
  if (name !== '') throw new ClusterError('UNSUPPORTED', "'repository_name' specification is not supported");
}
