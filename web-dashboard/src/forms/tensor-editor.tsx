import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { useId, useState } from 'react';
import { freeDimensions } from '../inference/infer-shape.ts';
import type { Checked } from '../inference/checked.ts';
import type { TensorDraft, TextTensor } from '../inference/text-tensor.ts';
import { inferenceText } from '../i18n/inference-text.ts';
import type { NameKey } from '../i18n/say.ts';
import { playgroundText } from '../i18n/playground-text.ts';
import { useText } from '../i18n/use-text.ts';
import { formatShape } from '../ui/format.ts';
import { Button } from '../ui/button.tsx';
import { DigitPad } from './digit-pad.tsx';
import { chooseEditor } from './editor-choice.ts';
import { TextValues } from './text-values.tsx';
import { ValueFields } from './value-fields.tsx';

interface TensorEditorProps {
  readonly signature: TensorSignature;
  /** Names of the values of one row; may be empty. */
  readonly names: readonly NameKey[];
  readonly draft: TensorDraft;
  readonly checked: Checked<TextTensor>;
  readonly onChange: (draft: TensorDraft) => void;
}

/** One input of the model: its signature as a heading, the editor that suits it, and what is wrong, if anything. */
export function TensorEditor({ signature, names, draft, checked, onChange }: TensorEditorProps) {
  const t = useText(playgroundText);
  const words = useText(inferenceText);
  const id = useId();
  const preferred = chooseEditor(signature);
  const [asText, setAsText] = useState(false);
  const setText = (text: string) => onChange({ ...draft, text });
  const editor = asText ? 'text' : preferred;
  return (
    <fieldset className="space-y-2.5" aria-describedby={`${id}-state`}>
      <legend className="mb-2 flex w-full flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{signature.name}</span>
        <span className="font-mono text-xs text-muted">
          {signature.datatype} {formatShape(signature.shape)}
        </span>
      </legend>
      {editor === 'digit' && <DigitPad text={draft.text} onChange={setText} />}
      {editor === 'fields' && <ValueFields signature={signature} names={names} text={draft.text} onChange={setText} />}
      {editor === 'text' && (
        <TextValues
          label={t('valuesOf', { name: signature.name })}
          datatype={signature.datatype}
          text={draft.text}
          onChange={setText}
        />
      )}
      {freeDimensions(signature.shape) > 1 && (
        <label className="flex items-center gap-2">
          <span className="text-muted">{t('shape')}</span>
          <input
            value={draft.shapeText}
            onChange={(event) => onChange({ ...draft, shapeText: event.target.value })}
            className="w-48 rounded-md border border-line-strong bg-surface px-2 py-1 font-mono text-sm"
          />
        </label>
      )}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p id={`${id}-state`} aria-live="polite" className={checked.ok ? 'text-muted' : 'font-medium text-bad'}>
          {checked.ok
            ? t('valueCount', {
                count: checked.value.elements.length,
                shape: formatShape(checked.value.shape.map(Number)),
              })
            : checked.problem(words)}
        </p>
        {preferred !== 'text' && (
          <Button look="quiet" aria-pressed={asText} onClick={() => setAsText(!asText)}>
            {t(asText ? 'backToForm' : 'editAsText')}
          </Button>
        )}
      </div>
    </fieldset>
  );
}
