import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { matrices, startHost } from './host-fixture.ts';

/** Loads the heavy model of the given folder, starts a run of minutes, and says so. Ends only when it is killed. */
const folder = process.argv[2] ?? '';
const bytes = readFileSync(path.join(folder, 'model.onnx'));
const fixture = await startHost();
const model = await fixture.load('heavy@1', { bytes, signature: signatureFromOnnx(readOnnxModel(bytes)) });
void model.execute(matrices(3_000));
setTimeout(() => console.log('busy'), 100);
