import type { ModelSignature, TensorSignature } from '../inference/signature.ts';
import { warmUpProblems } from './check-warm-ups.ts';
import { problemsOf, typeName, unknownTensor, type FitProblem } from './fit-problem.ts';
import type { ConfiguredTensor, ModelConfiguration } from './model-configuration.ts';
import { paddingProblems } from './check-padding.ts';
import { batchInputProblems, flatProblems } from './check-ragged.ts';
import { hiddenTensors } from './served-model.ts';

/**
 * Compares a configuration with the signature of the model's own file.
 * @param files paths of the version's files.
 * @returns everything that does not fit; empty when it can be served.
 */
export function checkFit(
  configuration: ModelConfiguration,
  model: ModelSignature,
  files: ReadonlySet<string>,
): FitProblem[] {
  const problems: FitProblem[] = [];
  const { inputs, outputs, ragged } = configuration;
  const batch = (configuration.maxBatchSize ?? 0) > 0;
  const hidden = hiddenTensors(configuration);
  const flatInputs = new Set(ragged?.inputs);
  const flatOutputs = new Set(ragged?.batchOutputs.map(({ output }) => output));
  const kept = (names: ReadonlySet<string>) => (tensor: TensorSignature) => !names.has(tensor.name);
  if (inputs.length === 0) problems.push(...batchProblems('input', model.inputs.filter(kept(hidden.inputs)), batch));
  else {
    problems.push(
      ...problemsOf(inputs, (tensor, index) =>
        flatInputs.has(tensor.name)
          ? flatProblems('input', index, tensor, model.inputs)
          : tensorProblems('input', index, tensor, model.inputs, batch),
      ),
    );
    problems.push(...missingInputs(configuration, model, hidden.inputs));
  }
  if (outputs.length === 0) {
    problems.push(...batchProblems('output', model.outputs.filter(kept(hidden.outputs)), batch));
  }
  problems.push(
    ...problemsOf(outputs, (tensor, index) =>
      flatOutputs.has(tensor.name)
        ? flatProblems('output', index, tensor, model.outputs)
        : tensorProblems('output', index, tensor, model.outputs, batch),
    ),
  );
  problems.push(...batchInputProblems(ragged, model), ...paddingProblems(configuration, model));
  problems.push(...sequenceProblems(configuration, model, batch), ...warmUpProblems(configuration, model));
  for (const { place, path } of namedFiles(configuration)) {
    if (files.has(path)) continue;
    const message = `there is no file ${JSON.stringify(path)} beside the configuration`;
    problems.push({ place, message, fix: 'put it there, or take the field out' });
  }
  return problems;
}

/** The files that a configuration names, besides the model itself. */
export function namedFiles(configuration: ModelConfiguration): { readonly place: string; readonly path: string }[] {
  const labels = configuration.outputs.flatMap(({ labelFile: path }, index) =>
    path === null ? [] : [{ place: `output[${index}].label_filename`, path }],
  );
  const states = (configuration.sequenceBatching?.states ?? []).flatMap(({ initialFile: path }, index) =>
    path === null ? [] : [{ place: `sequence_batching.state[${index}].initial_state`, path }],
  );
  const samples = configuration.warmUps.flatMap(({ inputs }, index) =>
    inputs.flatMap(({ name, data }) =>
      data.kind === 'file' ? [{ place: `model_warmup[${index}].inputs.${name}`, path: data.path }] : [],
    ),
  );
  return [...labels, ...states, ...samples];
}

function tensorProblems(
  field: 'input' | 'output',
  index: number,
  tensor: ConfiguredTensor,
  model: readonly TensorSignature[],
  batch: boolean,
): FitProblem[] {
  const own = model.find(({ name }) => name === tensor.name);
  const place = `${field}[${index}]`;
  if (own === undefined) return [unknownTensor(`${place}.name`, field, tensor.name, model)];
  if (own.datatype !== tensor.datatype) {
    return [
      {
        place: `${place}.data_type`,
        message: `${field} '${tensor.name}' is ${tensor.datatype} here and ${own.datatype} in the model`,
        fix: `write data_type: ${typeName(own.datatype)}`,
      },
    ];
  }
  if (batch && own.shape[0] !== -1) return batchProblems(field, [own], batch);
  const wanted = [...(batch ? [-1] : []), ...(tensor.reshape ?? tensor.dims)];
  if (fits(wanted, own.shape)) return [];
  const dims = own.shape.slice(batch ? 1 : 0);
  const what = tensor.reshape === null ? 'dims' : 'reshape';
  return [
    {
      place: `${place}.${what}`,
      message: `${field} '${tensor.name}' has ${what} [${(tensor.reshape ?? tensor.dims).join(', ')}] here and the shape [${own.shape.join(', ')}] in the model${batch ? ', whose first dimension is the batch' : ''}`,
      fix:
        tensor.reshape === null
          ? `write dims: [ ${dims.join(', ')} ]`
          : `write reshape: { shape: [ ${dims.join(', ')} ] }`,
    },
  ];
}

/** Whether a request of one shape may pass a tensor of the other: open dimensions fit any. */
function fits(wanted: readonly number[], own: readonly number[]): boolean {
  return (
    wanted.length === own.length && wanted.every((size, axis) => size === -1 || own[axis] === -1 || size === own[axis])
  );
}

function batchProblems(field: string, tensors: readonly TensorSignature[], batch: boolean): FitProblem[] {
  if (!batch) return [];
  return tensors
    .filter(({ shape }) => shape[0] !== -1)
    .map(({ name, shape }) => ({
      place: 'max_batch_size',
      message: `${field} '${name}' of the model has the shape [${shape.join(', ')}], without an open first dimension for the batch`,
      fix: 'write max_batch_size: 0 and whole shapes in dims, or export the model with a dynamic first dimension',
    }));
}

function missingInputs(
  { inputs }: ModelConfiguration,
  model: ModelSignature,
  hidden: ReadonlySet<string>,
): FitProblem[] {
  const given = new Set(inputs.map(({ name }) => name));
  return model.inputs
    .filter(({ name }) => !given.has(name) && !hidden.has(name))
    .map(({ name, datatype, shape }) => ({
      place: 'input',
      message: `the model has an input '${name}' that is not listed`,
      fix: `add input { name: "${name}" data_type: ${typeName(datatype)} dims: [ ${shape.join(', ')} ] }, without the batch dimension if there is one; or list no input at all`,
    }));
}

function sequenceProblems(
  { sequenceBatching, inputs, outputs }: ModelConfiguration,
  model: ModelSignature,
  batch: boolean,
): FitProblem[] {
  if (sequenceBatching === null) return [];
  const at = 'sequence_batching';
  const check = (
    place: string,
    field: 'input' | 'output',
    name: string,
    datatype: string,
    shape: readonly number[],
  ): FitProblem[] => {
    const problems: FitProblem[] = [];
    const own = model[`${field}s`].find((tensor) => tensor.name === name);
    if (own === undefined) problems.push(unknownTensor(place, field, name, model[`${field}s`]));
    else if (own.datatype !== datatype) {
      const message = `${field} '${name}' is ${datatype} here and ${own.datatype} in the model`;
      problems.push({ place, message, fix: `use the values or the data_type for ${typeName(own.datatype)}` });
    } else if (batch && own.shape[0] !== -1) problems.push(...batchProblems(field, [own], batch));
    else if (!fits(shape, own.shape)) {
      const message = `${field} '${name}' has the shape [${own.shape.join(', ')}] in the model, and [${shape.join(', ')}] by its role here`;
      problems.push({ place, message, fix: 'a control has one element a row; a state has the dims that are given' });
    }
    if ((field === 'input' ? inputs : outputs).some((tensor) => tensor.name === name)) {
      const message = `${field} '${name}' is filled by the server and listed for clients too`;
      problems.push({ place, message, fix: `take it out of ${field}` });
    }
    return problems;
  };
  const controls = problemsOf(sequenceBatching.controls, ({ input, datatype }, index) => {
    const own = model.inputs.find(({ name }) => name === input);
    // Both [batch] and [batch, 1] are one element a row; without a batch it is [1].
    const shape = batch ? (own?.shape.length === 2 ? [-1, 1] : [-1]) : [1];
    return check(`${at}.control_input[${index}]`, 'input', input, datatype, shape);
  });
  const states = problemsOf(sequenceBatching.states, ({ input, output, datatype, dims }, index) => {
    const shape = batch ? [-1, ...dims] : dims;
    return [
      ...check(`${at}.state[${index}].input_name`, 'input', input, datatype, shape),
      ...check(`${at}.state[${index}].output_name`, 'output', output, datatype, shape),
    ];
  });
  return [...controls, ...states];
}
