import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  tritonRepository,
  writeRepositoryModel,
  type RepositoryModel,
} from '@cluster-ai/testkit/models/triton-repository.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findModels } from './find-models.ts';
import { inspectFolder } from './inspect-folder.ts';
import { reportText } from './report-text.ts';
import { unreadable } from './unreadable.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cluster-ai-inspect-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What `model validate` prints of a path inside the folder of the test. */
async function told(path = ''): Promise<string> {
  const found = await findModels(join(root, path));
  return reportText(await Promise.all(found.map((folder) => inspectFolder(folder))));
}

const simple: RepositoryModel = tritonRepository['simple'] ?? {};
const onnx = simple['1/model.onnx'] ?? '';
const config = String(simple['config.pbtxt']).replace(/name: "simple"\n/, '');

const broken: readonly (readonly [what: string, RepositoryModel, told: string])[] = [
  [
    'an ensemble, whose version is an empty folder',
    { 'config.pbtxt': 'platform: "ensemble"', '1/.keep': '' },
    `x: cannot be served (config.pbtxt)
  config.pbtxt: line 1, column 1: it is an ensemble, which is not served
    serve its models, and call one after another`,
  ],
  [
    'a SavedModel',
    { '1/model.savedmodel/saved_model.pb': 'x' },
    `x: cannot be served (no configuration: read from the model)
  version 1: it is no ONNX model: model.savedmodel/saved_model.pb is of TensorFlow
    convert it: python -m tf2onnx.convert --saved-model <its folder> --output model.onnx`,
  ],
  [
    'a model of MLServer’s beside its settings',
    { 'model-settings.json': '{"name":"x"}', 'model.joblib': 'x' },
    `x: cannot be served (model-settings.json)
  it is no ONNX model: model.joblib is of a Python program, scikit-learn, say
    convert it where it was trained: skl2onnx.to_onnx(model, example)`,
  ],
  [
    'MLServer’s settings with a datatype that is none',
    { 'model-settings.json': '{"inputs":[{"name":"a","datatype":"FP31","shape":[1]}]}', '1/model.onnx': onnx },
    `x: cannot be served (model-settings.json)
  model-settings.json: inputs[0].datatype: the datatype "FP31" of 'a' is none
    write "datatype": "FP32", as in the model`,
  ],
  [
    'a datatype by the name of another program',
    { 'config.pbtxt': 'input { name: "a" data_type: TYPE_FLOAT32 dims: 1 }', '1/model.onnx': onnx },
    `x: cannot be served (config.pbtxt)
  config.pbtxt: line 1, column 19: data_type: "TYPE_FLOAT32" is no DataType
    use TYPE_FP32`,
  ],
  [
    'two files, and nothing that says which',
    { '1/a.onnx': onnx, '1/b.onnx': onnx },
    `x: cannot be served (no configuration: read from the model)
  version 1: it has several ONNX files (a.onnx, b.onnx), and none of them is model.onnx
    call the one that is to be served model.onnx, or take the others out`,
  ],
  [
    'a second version without a model',
    { 'config.pbtxt': config, '1/model.onnx': onnx, '2/readme.txt': 'x' },
    `x: version 1 (config.pbtxt)
  version 2: it has no ONNX file, only readme.txt
    put the model there as model.onnx`,
  ],
  [
    'a version that the policy names and that is not there',
    { 'config.pbtxt': `${config} version_policy { specific { versions: [ 1, 2 ] } }`, '1/model.onnx': onnx },
    `x: version 1 (config.pbtxt)
  warning: version_policy names version 2, which is not there`,
  ],
  [
    'a policy that names nothing that is there',
    { 'config.pbtxt': `${config} version_policy { specific { versions: [ 2 ] } }`, '1/model.onnx': onnx },
    `x: cannot be served (config.pbtxt)
  config.pbtxt: version_policy: it names version 2, and there is version 1
    name a version that is there
  version 1 is left out by version_policy`,
  ],
  [
    'a version folder that is no number',
    { 'config.pbtxt': config, 'v1/model.onnx': onnx },
    `x: cannot be served (config.pbtxt)
  it has no version: "v1" is no number
    put the model into a folder that is its version number, as in 1/model.onnx`,
  ],
  [
    'a file that is no model',
    { '1/model.onnx': 'this is no model' },
    `x: cannot be served (no configuration: read from the model)
  version 1: model.onnx: not an ONNX file: field 14 before byte 1 has the wire type 4 where ONNX has 2
    export the model anew`,
  ],
];

test.each(broken)('%s', async (_what, model, text) => {
  await writeRepositoryModel(root, 'x', model);
  expect(await told('x')).toBe(text);
});

test('links are not followed, and said, without a word less of the other models', async () => {
  await writeRepositoryModel(root, 'good', { 'config.pbtxt': config, '1/model.onnx': onnx });
  await writeRepositoryModel(root, 'linked', { 'config.pbtxt': config, '1/readme.txt': 'x' });
  symlinkSync(join(root, 'good/1/model.onnx'), join(root, 'linked/1/model.onnx'));
  mkdirSync(join(root, 'unconfigured/1'), { recursive: true });
  symlinkSync(join(root, 'good/config.pbtxt'), join(root, 'unconfigured/config.pbtxt'));
  symlinkSync(join(root, 'good'), join(root, 'whole'));
  const way = 'put what it leads to there itself: cp -rL copies so';
  expect(await told()).toBe(`good: version 1 (config.pbtxt)
linked: cannot be served (config.pbtxt)
  version 1: model.onnx is a symbolic link, and links are not followed
    ${way}
unconfigured: cannot be served (no configuration: read from the model)
  config.pbtxt: it is a symbolic link, and links are not followed
    ${way}
whole: cannot be served (no configuration)
  it is a symbolic link, and links are not followed
    ${way}`);
});

test('a file that may not be read is a problem of its own; what is no refusal of the system stays a fault', () => {
  const refused = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
  expect(unreadable(refused, 'model.onnx', '/models/x/1/model.onnx')).toEqual({
    file: 'model.onnx',
    place: '',
    message: 'it may not be read by this user (EACCES)',
    fix: 'chmod -R u+rX /models/x/1/model.onnx, or run this as its owner',
  });
  expect(() => unreadable(new TypeError('a defect'), null, '/models')).toThrow('a defect');
});

test('a version’s folder and a file are of the model around them; other paths are told what to name', async () => {
  await writeRepositoryModel(root, 'x', { 'config.pbtxt': config, '1/model.onnx': onnx, '2/model.onnx': onnx });
  expect(await told('x/2')).toBe('x: version 2 (config.pbtxt)');
  expect(await told('x/config.pbtxt')).toBe('x: versions 1, 2 (config.pbtxt)');
  expect(await told('x/1/model.onnx')).toBe('model: version 1 (no configuration: read from the model)');
  await writeRepositoryModel(root, 'saved', { 'saved_model.pb': 'x', 'variables/index': 'x' });
  await writeRepositoryModel(root, 'other', { 'weights.h5': 'x' });
  const refused = [
    ['saved', /saved is no ONNX model: saved_model.pb is of TensorFlow$/],
    ['other', /other holds no model$/],
    ['other/weights.h5', /weights.h5 is neither a configuration nor an ONNX file$/],
    ['nothing', /nothing does not exist$/],
  ] as const;
  for (const [path, message] of refused) {
    await expect(told(path)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
      fix: expect.stringMatching(/./),
    });
  }
});
