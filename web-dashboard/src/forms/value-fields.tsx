import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { inferenceText } from '../i18n/inference-text.ts';
import type { NameKey } from '../i18n/say.ts';
import { playgroundText } from '../i18n/playground-text.ts';
import { useText } from '../i18n/use-text.ts';

interface ValueFieldsProps {
  readonly signature: TensorSignature;
  readonly names: readonly NameKey[];
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** One field a value, for one row; further rows are typed as text. */
export function ValueFields({ signature, names, text, onChange }: ValueFieldsProps) {
  const t = useText(playgroundText);
  const words = useText(inferenceText);
  const nameOf = (key: NameKey | undefined) => (key === undefined ? undefined : words(key));
  const width = signature.shape.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const values = text.split(',').map((value) => value.trim());
  const fields = Array.from({ length: Math.max(width, values.length) }, (_unused, index) => ({
    key: `${signature.name}-${index}`,
    label: nameOf(names[index % width]) ?? (width === 1 ? t('value') : t('valueAt', { position: index + 1 })),
    value: values[index] ?? '',
  }));
  const change = (position: number, value: string) =>
    onChange(fields.map((field, index) => (index === position ? value.replaceAll(',', '.') : field.value)).join(', '));
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(8.5rem,1fr))] gap-3">
      {fields.map((field, index) => (
        <label key={field.key} className="space-y-1">
          <span className="block text-sm text-muted">{field.label}</span>
          <input
            value={field.value}
            onChange={(event) => change(index, event.target.value)}
            inputMode={signature.datatype === 'BOOL' ? 'text' : 'decimal'}
            autoComplete="off"
            className="w-full rounded-md border border-line-strong bg-surface px-3 py-1.5 tabular-nums"
          />
        </label>
      ))}
    </div>
  );
}
