import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { examplesFor } from '../../../forms/examples.ts';
import { cliSnippet } from '../../../inference/cli-snippet.ts';
import { tensorFromDraft } from '../../../inference/text-tensor.ts';

/** More values make no command that anybody reads. */
const elementsMax = 32;

/**
 * A command on one line that sends the version a request with example values.
 * @returns null where its inputs are too large, or cannot be written on a command line.
 */
export function sampleCommand(model: string, { inputs, outputs }: ModelSignature): string | null {
  const [{ drafts }] = examplesFor(model, inputs);
  const tensors = [];
  for (const input of inputs) {
    const draft = drafts[input.name];
    const tensor = draft === undefined ? undefined : tensorFromDraft(input, draft);
    if (tensor?.ok !== true || tensor.value.elements.length > elementsMax) return null;
    tensors.push(tensor.value);
  }
  const gatewayUrl = 'http://localhost:8000';
  return cliSnippet({ gatewayUrl, model, inputs: tensors, outputs })?.replaceAll(' \\\n  ', ' ') ?? null;
}
