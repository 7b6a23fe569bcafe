import { lineageText } from '../i18n/lineage-text.ts';
import { useText, type Text } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { CloseIcon } from '../ui/icons.tsx';
import { fieldClass } from './field-frame.tsx';
import { emptyEntry, lineageProblem, type LineageEntry } from './lineage-draft.ts';

interface LineageFieldsProps {
  readonly label: string;
  readonly entries: readonly LineageEntry[];
  readonly onChange: (entries: readonly LineageEntry[]) => void;
}

/** Entries of a lineage, a name and a value each. */
export function LineageFields({ label, entries, onChange }: LineageFieldsProps) {
  const t = useText(lineageText);
  const problem = problemText(t, entries);
  const change = (index: number, part: Partial<LineageEntry>) =>
    onChange(entries.map((entry, at) => (at === index ? { ...entry, ...part } : entry)));
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">{label}</legend>
      {entries.map((entry, index) => (
        <div key={entry.id} className="flex gap-2">
          <input
            aria-label={t('keyOf', { position: index + 1 })}
            placeholder={t('key')}
            value={entry.key}
            onChange={(event) => change(index, { key: event.target.value })}
            autoComplete="off"
            spellCheck={false}
            className={`${fieldClass} max-w-44 font-mono text-sm`}
          />
          <input
            aria-label={t('valueOf', { position: index + 1 })}
            placeholder={t('value')}
            value={entry.value}
            onChange={(event) => change(index, { value: event.target.value })}
            autoComplete="off"
            spellCheck={false}
            className={`${fieldClass} font-mono text-sm`}
          />
          <Button
            look="plain"
            aria-label={t('remove', { key: entry.key === '' ? index + 1 : entry.key })}
            onClick={() => onChange(entries.filter((_entry, at) => at !== index))}
          >
            <CloseIcon />
          </Button>
        </div>
      ))}
      <Button look="quiet" size="small" onClick={() => onChange([...entries, emptyEntry()])}>
        {t('add')}
      </Button>
      {problem === undefined ? (
        <p className="text-sm text-muted">{t('hint')}</p>
      ) : (
        <p className="text-sm font-medium text-bad">{problem}</p>
      )}
    </fieldset>
  );
}

/** What is wrong with a lineage, in words; undefined for one that can be saved. */
export function problemText(t: Text<typeof lineageText.en>, entries: readonly LineageEntry[]): string | undefined {
  const problem = lineageProblem(entries);
  if (problem === null) return undefined;
  return problem.kind === 'tooMany' ? t('tooMany') : t(problem.kind, { key: problem.key });
}
