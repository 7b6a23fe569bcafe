import { AudioClip } from '../../forms/audio-clip.tsx';
import { examplesFor, takesSpeech } from '../../forms/examples.ts';
import { fieldNames } from '../../forms/model-words.ts';
import { speechRateHz, speechSamples } from '../../forms/speech-example.ts';
import { TensorEditor } from '../../forms/tensor-editor.tsx';
import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Checked } from '../../inference/checked.ts';
import type { TensorDraft, TextTensor } from '../../inference/text-tensor.ts';
import { inferenceText } from '../../i18n/inference-text.ts';
import { playgroundText } from '../../i18n/playground-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';

/** By input name. */
export type Drafts = Readonly<Record<string, TensorDraft>>;

/** One input of the form: what was typed, and the tensor that it makes. */
export interface FormInput {
  readonly input: TensorSignature;
  readonly draft: TensorDraft;
  readonly checked: Checked<TextTensor>;
}

interface InputEditorsProps {
  readonly model: string;
  readonly inputs: readonly FormInput[];
  /** Drafts that take the place of those of the same inputs. */
  readonly onChange: (drafts: Drafts) => void;
}

/** Examples to begin with, and an editor for each input. */
export function InputEditors({ model, inputs, onChange }: InputEditorsProps) {
  const t = useText(playgroundText);
  const words = useText(inferenceText);
  const signatures = inputs.map(({ input }) => input);
  return (
    <>
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-muted">{t('fillIn')}</span>
        {examplesFor(model, signatures).map((example) => (
          <Button key={example.label} look="quiet" onClick={() => onChange(example.drafts)}>
            {words(example.label)}
          </Button>
        ))}
      </div>
      {takesSpeech(signatures) && (
        <AudioClip
          onWindow={(text) =>
            onChange({
              input: { text, shapeText: `1, ${speechSamples}` },
              sr: { text: String(speechRateHz), shapeText: '' },
            })
          }
        />
      )}
      {inputs.map(({ input, draft, checked }) => (
        <TensorEditor
          key={input.name}
          signature={input}
          names={fieldNames(model, input.name)}
          draft={draft}
          checked={checked}
          onChange={(next) => onChange({ [input.name]: next })}
        />
      ))}
    </>
  );
}
