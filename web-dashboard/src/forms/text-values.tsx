import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { useId } from 'react';

interface TextValuesProps {
  readonly label: string;
  readonly datatype: Datatype;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** Values as text, for strings and for tensors too large for fields. */
export function TextValues({ label, datatype, text, onChange }: TextValuesProps) {
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
        className="block w-full resize-y rounded-md border border-line-strong bg-surface px-3 py-2 font-mono text-[0.929rem]"
      />
      <p id={id} className="text-[0.857rem] text-muted">
        {datatype === 'BYTES'
          ? 'One string a line.'
          : 'Separated by commas, spaces or new lines; brackets are ignored, so that JSON and numpy can be pasted.'}
      </p>
    </div>
  );
}
