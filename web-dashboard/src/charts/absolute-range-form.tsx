import { useState, type SubmitEvent } from 'react';
import { TextField } from '../forms/text-field.tsx';
import { chartsText } from '../i18n/charts-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { localText } from './local-time.ts';
import { boundsOf, rangeMsMax, type TimeRange } from './time-range.ts';

interface AbsoluteRangeFormProps {
  readonly range: TimeRange;
  readonly onChoose: (range: TimeRange) => void;
}

/** From when to when, in the reader's own time zone. */
export function AbsoluteRangeForm({ range, onChoose }: AbsoluteRangeFormProps) {
  const t = useText(chartsText);
  const [bounds] = useState(() => boundsOf(range, Date.now()));
  const [from, setFrom] = useState(localText(bounds.fromMs));
  const [to, setTo] = useState(localText(bounds.toMs));
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  const reason =
    Number.isNaN(fromMs) || Number.isNaN(toMs)
      ? t('rangeMissing')
      : fromMs >= toMs
        ? t('rangeBackwards')
        : toMs - fromMs > rangeMsMax
          ? t('rangeTooLong', { days: rangeMsMax / 86_400_000 })
          : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason === undefined) onChoose({ kind: 'absolute', fromMs, toMs });
  };
  return (
    <form onSubmit={submit} className="space-y-3 border-line p-3 max-sm:border-t sm:border-l">
      <TextField label={t('from')} type="datetime-local" value={from} onChange={setFrom} />
      <TextField
        label={t('to')}
        type="datetime-local"
        value={to}
        onChange={setTo}
        hint={t('zone', { zone: zoneName() })}
      />
      <Button look="primary" type="submit" disabledReason={reason}>
        {t('apply')}
      </Button>
    </form>
  );
}

function zoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
