import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Prediction } from '../../api/predict.ts';
import { classNames } from '../../forms/model-words.ts';
import { carriedStates, type CarriedState } from '../../inference/carry-state.ts';
import { Button } from '../../ui/button.tsx';
import { formatMs } from '../../ui/format.ts';
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
  return (
    <div aria-live="polite" aria-busy={isWaiting} className="space-y-4">
      <h3 className="font-medium">Answer</h3>
      {prediction === undefined ? (
        <p className="text-muted">Nothing sent yet. Press Predict, or Enter in a field.</p>
      ) : (
        <div className={`space-y-4 ${isWaiting ? 'opacity-60' : ''}`}>
          {isOutdated && <Status tone="warn">The form has changed since this answer</Status>}
          {prediction.kind === 'refusal' ? (
            <Notice tone="bad" title={prediction.headline}>
              <p className="break-words">{prediction.detail}</p>
            </Notice>
          ) : (
            <>
              <p className="text-muted">
                <Status tone="good">Answered</Status> by version {prediction.answer.modelVersion} in{' '}
                <span className="font-medium text-ink tabular-nums">{formatMs(prediction.elapsedMs)} ms</span>, from
                this browser to the gateway and back
              </p>
              {prediction.answer.outputs.map((output) => (
                <OutputView key={output.name} output={output} classes={classNames(model, output.name)} />
              ))}
              {carriedStates(inputs, prediction.answer.outputs).map((state) => (
                <Button key={state.output} look="quiet" onClick={() => onCarry(state)}>
                  Send {state.output} as {state.input} next time
                </Button>
              ))}
            </>
          )}
        </div>
      )}
    </div>
  );
}
