import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { PlaygroundTarget } from '../../api/playground-target.ts';
import { predict } from '../../api/predict.ts';
import { examplesFor } from '../../forms/examples.ts';
import type { InferCall, Wire } from '../../inference/infer-request.ts';
import { tensorFromDraft, type TensorDraft } from '../../inference/text-tensor.ts';
import { playgroundText } from '../../i18n/playground-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CallSnippets } from './call-snippets.tsx';
import { InputEditors, type Drafts } from './input-editors.tsx';
import { PredictionResult } from './prediction-result.tsx';
import { WireChoice } from './wire-choice.tsx';

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
  const { signature } = target.version;
  const [drafts, setDrafts] = useState<Drafts>(() => examplesFor(target.model, signature.inputs)[0].drafts);
  // A file is read while its reader may type on: what they typed stays.
  const change = (changed: Drafts) => setDrafts((present) => ({ ...present, ...changed }));
  const [wire, setWire] = useState<Wire>('json');
  const sending = useMutation({ mutationFn: (call: InferCall) => predict(call), networkMode: 'always' });

  const inputs = signature.inputs.map((input) => {
    const draft = drafts[input.name] ?? emptyDraft;
    return { input, draft, checked: tensorFromDraft(input, draft) };
  });
  const tensors = inputs.flatMap(({ checked }) => (checked.ok ? [checked.value] : []));
  const wrong = inputs.find(({ checked }) => !checked.ok);
  const call: InferCall = { gatewayUrl, model: target.route.name, inputs: tensors, outputs: signature.outputs, wire };

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
        <InputEditors model={target.model} inputs={inputs} onChange={change} />
        <WireChoice wire={wire} onChange={setWire} />
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
          onCarry={({ input, draft }) => change({ [input]: draft })}
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
