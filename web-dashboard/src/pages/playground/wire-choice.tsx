import { useId } from 'react';
import type { Wire } from '../../inference/infer-request.ts';
import { playgroundText } from '../../i18n/playground-text.ts';
import { useText } from '../../i18n/use-text.ts';

interface WireChoiceProps {
  readonly wire: Wire;
  readonly onChange: (wire: Wire) => void;
}

/** How the tensors of the call travel; the code under the form does the same. */
export function WireChoice({ wire, onChange }: WireChoiceProps) {
  const t = useText(playgroundText);
  const name = useId();
  return (
    <fieldset className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <legend className="float-left pr-4 text-muted">{t('sendAs')}</legend>
      {(['json', 'binary'] as const).map((value) => (
        <label key={value} className="flex items-center gap-1.5">
          <input
            type="radio"
            name={name}
            value={value}
            checked={wire === value}
            onChange={() => onChange(value)}
            className="accent-accent"
          />
          {t(value)}
        </label>
      ))}
    </fieldset>
  );
}
