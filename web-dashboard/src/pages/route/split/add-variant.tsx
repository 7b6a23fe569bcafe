import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { modelQuery } from '../../../api/model-query.ts';
import { SelectField } from '../../../forms/select-field.tsx';
import { TextField } from '../../../forms/text-field.tsx';
import { routeText } from '../../../i18n/route-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { Button } from '../../../ui/button.tsx';
import { variantName, type Variant } from '../shares.ts';

interface AddVariantProps {
  /** The model that is offered first. */
  readonly model: string;
  /** Names that are in the split already. */
  readonly listed: readonly string[];
  readonly onAdd: (variant: Pick<Variant, 'model' | 'version'>) => void;
}

/** Chooses one more version; of another model, too. */
export function AddVariant({ model: firstModel, listed, onAdd }: AddVariantProps) {
  const t = useText(routeText);
  const [model, setModel] = useState(firstModel);
  const [chosen, setChosen] = useState('');
  const { data, error } = useQuery({ ...modelQuery(model.trim()), enabled: model.trim() !== '', retry: false });
  const free = (data?.versions ?? []).filter(
    ({ version }) => !listed.includes(variantName({ model: model.trim(), version })),
  );
  const version = free.find((entry) => String(entry.version) === chosen) ?? free[0];
  return (
    <div className="flex flex-wrap items-end gap-3 rounded-lg border border-dashed border-line-strong px-4 py-3">
      <div className="min-w-40 flex-1">
        <TextField
          label={t('model')}
          value={model}
          onChange={setModel}
          error={error === null ? undefined : error.message}
          autoComplete="off"
          spellCheck={false}
        />
      </div>
      <div className="w-36">
        <SelectField
          label={t('version')}
          value={version === undefined ? '' : String(version.version)}
          options={
            free.length === 0
              ? [{ value: '', label: '–' }]
              : free.map((entry) => ({ value: String(entry.version), label: `v${entry.version}` }))
          }
          onChange={setChosen}
        />
      </div>
      <Button
        look="quiet"
        disabledReason={version === undefined ? t('needsVariant') : undefined}
        onClick={() => {
          if (version !== undefined) onAdd({ model: model.trim(), version: version.version });
        }}
      >
        {t('addVariant')}
      </Button>
    </div>
  );
}
