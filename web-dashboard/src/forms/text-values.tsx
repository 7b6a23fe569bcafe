import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { useId } from 'react';
import { playgroundText } from '../i18n/playground-text.ts';
import { useText } from '../i18n/use-text.ts';

interface TextValuesProps {
  readonly label: string;
  readonly datatype: Datatype;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** Values as text, for strings and for tensors too large for fields. */
export function TextValues({ label, datatype, text, onChange }: TextValuesProps) {
  const t = useText(playgroundText);
  const id = useId();
  return (
    <div className="space-y-1">
      <textarea
        aria-label={label}
        aria-describedby={id}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        rows={datatype === 'BYTES' ? 3 : 5}
        spellCheck={datatype === 'BYTES'}
        className="block w-full resize-y rounded-md border border-line-strong bg-surface px-3 py-2 font-mono text-sm"
      />
      <p id={id} className="text-xs text-muted">
        {t(datatype === 'BYTES' ? 'oneStringALine' : 'separated')}
      </p>
    </div>
  );
}
