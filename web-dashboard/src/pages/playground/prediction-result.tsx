import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Prediction } from '../../api/predict.ts';
import { classNames } from '../../forms/model-words.ts';
import { carriedStates, type CarriedState } from '../../inference/carry-state.ts';
import { inferenceText } from '../../i18n/inference-text.ts';
import { playgroundText } from '../../i18n/playground-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Notice, Status } from '../../ui/status.tsx';
import { OutputView } from './output-view.tsx';

interface PredictionResultProps {
  readonly model: string;
  readonly inputs: readonly TensorSignature[];
  readonly prediction: Prediction | undefined;
  readonly isWaiting: boolean;
  /** The form was changed after this answer. */
  readonly isOutdated: boolean;
  /** Puts an output into the form, for the next call. */
  readonly onCarry: (state: CarriedState) => void;
}

/** The answer or the refusal of the last call. */
export function PredictionResult({ model, inputs, prediction, isWaiting, isOutdated, onCarry }: PredictionResultProps) {
  const t = useText(playgroundText);
  const words = useText(inferenceText);
  const { ms, bytes } = useFormat();
  return (
    <div aria-live="polite" aria-busy={isWaiting} className="space-y-4">
      <h2 className="font-medium">{t('answer')}</h2>
      {prediction === undefined ? (
        <p className="text-muted">{t('nothingSent')}</p>
      ) : (
        <div className={`space-y-4 ${isWaiting ? 'opacity-60' : ''}`}>
          {isOutdated && <Status tone="warn">{t('formChanged')}</Status>}
          {prediction.kind === 'refusal' ? (
            <Notice tone="bad" title={prediction.headline(words)}>
              <p className="break-words">{prediction.detail(words)}</p>
            </Notice>
          ) : (
            <>
              <p className="text-muted">
                {t.rich('answeredHow', {
                  answered: <Status tone="good">{t('answered')}</Status>,
                  version: prediction.answer.modelVersion,
                  elapsed: <span className="font-medium text-ink tabular-nums">{ms(prediction.elapsedMs)} ms</span>,
                })}{' '}
                {t('bytesMoved', { sent: bytes(prediction.sentBytes), received: bytes(prediction.receivedBytes) })}
              </p>
              {prediction.answer.outputs.map((output) => (
                <OutputView key={output.name} output={output} classes={classNames(model, output.name)} />
              ))}
              {carriedStates(inputs, prediction.answer.outputs).map((state) => (
                <Button key={state.output} look="quiet" onClick={() => onCarry(state)}>
                  {t('carry', { output: state.output, input: state.input })}
                </Button>
              ))}
            </>
          )}
        </div>
      )}
    </div>
  );
}
