import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { PlaygroundTarget } from '../../api/playground-target.ts';
import { predict } from '../../api/predict.ts';
import { examplesFor } from '../../forms/examples.ts';
import { fieldNames } from '../../forms/model-words.ts';
import { TensorEditor } from '../../forms/tensor-editor.tsx';
import type { InferCall } from '../../inference/infer-request.ts';
import { tensorFromDraft, type TensorDraft } from '../../inference/text-tensor.ts';
import { inferenceText } from '../../i18n/inference-text.ts';
import { playgroundText } from '../../i18n/playground-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CallSnippets } from './call-snippets.tsx';
import { PredictionResult } from './prediction-result.tsx';

const emptyDraft: TensorDraft = { text: '', shapeText: '' };

/** The form of one route, what came back, and the same call as code. */
export function PlaygroundForm({
  target,
  gatewayUrl,
}: {
  readonly target: PlaygroundTarget;
  readonly gatewayUrl: string;
}) {
  const t = useText(playgroundText);
  const words = useText(inferenceText);
  const { signature } = target.version;
  const examples = examplesFor(target.model, signature.inputs);
  const [drafts, setDrafts] = useState<Readonly<Record<string, TensorDraft>>>(examples[0].drafts);
  const sending = useMutation({ mutationFn: (call: InferCall) => predict(call), networkMode: 'always' });

  const inputs = signature.inputs.map((input) => {
    const draft = drafts[input.name] ?? emptyDraft;
    return { input, draft, checked: tensorFromDraft(input, draft) };
  });
  const tensors = inputs.flatMap(({ checked }) => (checked.ok ? [checked.value] : []));
  const wrong = inputs.find(({ checked }) => !checked.ok);
  const call: InferCall = { gatewayUrl, model: target.route.name, inputs: tensors, outputs: signature.outputs };

  return (
    <div className="grid xl:grid-cols-2">
      <form
        aria-label={t('inputsOf', { route: target.route.name })}
        onSubmit={(event) => {
          event.preventDefault();
          if (wrong === undefined) sending.mutate(call);
        }}
        className="min-w-0 space-y-6 p-5 xl:border-r xl:border-line"
      >
        <div className="flex flex-wrap items-center gap-2">
          <span className="text-muted">{t('fillIn')}</span>
          {examples.map((example) => (
            <Button key={example.label} look="quiet" onClick={() => setDrafts(example.drafts)}>
              {words(example.label)}
            </Button>
          ))}
        </div>
        {inputs.map(({ input, draft, checked }) => (
          <TensorEditor
            key={input.name}
            signature={input}
            names={fieldNames(target.model, input.name)}
            draft={draft}
            checked={checked}
            onChange={(next) => setDrafts({ ...drafts, [input.name]: next })}
          />
        ))}
        <Button
          look="primary"
          type="submit"
          disabledReason={wrong === undefined ? undefined : t('putRight', { input: wrong.input.name })}
        >
          {t(sending.isPending ? 'waiting' : 'predict')}
        </Button>
      </form>
      <div className="min-w-0 space-y-6 p-5 max-xl:border-t max-xl:border-line">
        <PredictionResult
          model={target.model}
          inputs={signature.inputs}
          prediction={sending.data}
          onCarry={({ input, draft }) => setDrafts({ ...drafts, [input]: draft })}
          isWaiting={sending.isPending}
          isOutdated={
            sending.variables !== undefined && JSON.stringify(sending.variables.inputs) !== JSON.stringify(tensors)
          }
        />
      </div>
      <div className="min-w-0 border-t border-line p-5 xl:col-span-2">
        <CallSnippets call={wrong === undefined ? call : undefined} />
      </div>
    </div>
  );
}
