import { getModel, getVersion, listModels } from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mockEndpoint } from '../endpoint.ts';
import { mockModels } from '../models.ts';
import { onePage } from '../one-page.ts';

export const modelEndpoints = [
  mockEndpoint(listModels, ({ state }) => onePage(state.scenario === 'empty' ? [] : mockModels)),
  mockEndpoint(getModel, ({ params, state }) => {
    const model = state.scenario === 'empty' ? undefined : mockModels.find(({ name }) => name === params.name);
    if (model === undefined) throw new ClusterError('MODEL_NOT_FOUND', `there is no model '${params.name}'`);
    return model;
  }),
  mockEndpoint(getVersion, ({ params, state }) => {
    const model = state.scenario === 'empty' ? undefined : mockModels.find(({ name }) => name === params.name);
    const version = model?.versions.find((entry) => entry.version === params.version);
    if (version === undefined) throw new ClusterError('MODEL_NOT_FOUND', 'there is no such version');
    const { createdAt: updatedAt, createdBy: updatedBy, sizeBytes: size, digest } = version;
    const files = [{ path: 'model.onnx', size, sha256: digest }];
    return { ...version, notes: '', lineage: {}, revision: 1, updatedAt, updatedBy, files };
  }),
];
