import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** What is known of a trained model, stored beside it as `card.json`. */
export interface ModelCard {
  readonly name: string;
  readonly description: string;
  /** Licence of the model file. */
  readonly licence: string;
  /** Where the data came from, with its licence. */
  readonly trainedOn: string;
  readonly trainingSamples: number;
  readonly heldOutSamples: number;
  /** Share of held-out samples that the stored file gets right in ONNX Runtime, by kind of sample. */
  readonly heldOutAccuracy: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly bytes: number;
  readonly sha256: string;
}

export type CardText = Pick<
  ModelCard,
  'name' | 'description' | 'licence' | 'trainedOn' | 'trainingSamples' | 'heldOutSamples' | 'seed'
>;

const models = new URL('../', import.meta.url);

export function modelPath(name: string): string {
  return fileURLToPath(new URL(`${name}/1/model.onnx`, models));
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function readCard(name: string): Promise<ModelCard> {
  // The file is written by `storeModel` below, and the models' test compares every field with the model.
  return JSON.parse(await readFile(new URL(`${name}/card.json`, models), 'utf8')) as ModelCard;
}

/** Writes the model and its card, and prints what the card says. */
export async function storeModel(
  text: CardText,
  model: Uint8Array,
  heldOutAccuracy: Record<string, number>,
): Promise<void> {
  const { seed, ...rest } = text;
  const card: ModelCard = { ...rest, heldOutAccuracy, seed, bytes: model.length, sha256: sha256Of(model) };
  await mkdir(new URL(`${text.name}/1/`, models), { recursive: true });
  await writeFile(modelPath(text.name), model);
  await writeFile(new URL(`${text.name}/card.json`, models), `${JSON.stringify(card, null, 2)}\n`);
  for (const [kind, share] of Object.entries(heldOutAccuracy)) {
    console.log(`${text.name}: ${(100 * share).toFixed(2)} % of the held-out ${kind} right`);
  }
  console.log(`${text.name}: ${model.length} bytes, sha256 ${card.sha256}`);
}
