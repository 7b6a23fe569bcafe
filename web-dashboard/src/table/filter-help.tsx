import { operatorsOf, type ListField, type ListFields } from '@cluster-ai/contract/api/list-filter.ts';
import { Popover } from '@base-ui/react/popover';
import { useLanguage } from '../i18n/language.ts';
import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';

interface FilterHelpProps {
  readonly fields: ListFields;
  /** Begins a condition: `role=`. */
  readonly onInsert: (text: string) => void;
}

/** What a filter of this list can hold, each condition to be begun by a press. */
export function FilterHelp({ fields, onInsert }: FilterHelpProps) {
  const t = useText(tableText);
  const searched = Object.keys(fields).filter((name) => fields[name]?.searched === true);
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={t('filterHelp')}
        title={t('filterHelp')}
        className="absolute top-1.5 right-9 rounded px-1.5 text-sm text-muted hover:bg-sunken hover:text-ink"
      >
        ?
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="end" sideOffset={8} className="z-50">
          <Popover.Popup
            aria-label={t('filterHelp')}
            className="max-h-[min(30rem,var(--available-height))] w-[min(32rem,calc(100vw-2rem))] space-y-3 overflow-y-auto rounded-lg border border-line bg-raised p-4 shadow-raised outline-none"
          >
            <p className="text-sm text-muted">
              {searched.length === 0 ? t('filterRule') : t('filterRuleWords', { fields: searched.join(', ') })}
            </p>
            <ul className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-2 sm:grid-cols-[auto_auto_minmax(0,1fr)]">
              {Object.entries(fields).map(([name, field]) => (
                <li key={name} className="col-span-full grid grid-cols-subgrid">
                  <FieldHelp name={name} field={field} onInsert={onInsert} />
                </li>
              ))}
            </ul>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function FieldHelp({
  name,
  field,
  onInsert,
}: {
  readonly name: string;
  readonly field: ListField;
  readonly onInsert: (text: string) => void;
}) {
  const t = useText(tableText);
  const language = useLanguage();
  const operators = operatorsOf[field.type];
  const values = field.values ?? (field.type === 'boolean' ? ['true', 'false'] : []);
  const first = field.type === 'number' || field.type === 'time' ? '>=' : (operators[0] ?? '=');
  return (
    <div className="col-span-full grid grid-cols-subgrid items-baseline text-sm">
      <Popover.Close
        onClick={() => onInsert(`${name}${first}`)}
        className="justify-self-start rounded bg-sunken px-1.5 font-mono text-xs hover:bg-accent-soft hover:text-accent"
      >
        {name}
      </Popover.Close>
      <span className="font-mono text-xs text-muted">{operators.join(' ')}</span>
      <span className="min-w-0 break-words text-muted max-sm:col-span-full">
        {/* What fields mean is said by the API, in English. */}
        {language === 'en' && <span>{field.about} </span>}
        {values.length > 0 && <span className="font-mono text-xs">{values.join(', ')}</span>}
        {field.optional === true && <span> {t('filterOptional', { name })}</span>}
        {field.type === 'time' && <span> {t('filterTime')}</span>}
      </span>
    </div>
  );
}
