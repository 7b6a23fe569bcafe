import type { Model } from '@cluster-ai/contract/api/models.ts';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useCan } from '../../api/session.ts';
import { modelText } from '../../i18n/model-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { Button } from '../../ui/button.tsx';
import { MoreIcon } from '../../ui/icons.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { AliasDialog } from './alias-dialog.tsx';
import { DeleteVersionDialog } from './delete-version-dialog.tsx';

interface VersionMenuProps {
  readonly model: Model;
  readonly version: number;
  /** After the version is gone. */
  readonly onDeleted?: () => void;
}

/** What can be done to a version beside deploying it. */
export function VersionMenu({ model, version, onDeleted }: VersionMenuProps) {
  const t = useText(modelText);
  const navigate = useNavigate();
  const { reason } = useCan('operator');
  const [asked, setAsked] = useState<'alias' | 'delete' | null>(null);
  const before = model.versions.find((entry) => entry.version < version)?.version;
  const close = () => setAsked(null);
  return (
    <>
      <Menu
        trigger={
          <Button look="plain" size="small" aria-label={t('actionsOf', { version: String(version) })}>
            <MoreIcon />
          </Button>
        }
      >
        {before !== undefined && (
          <MenuItem onChoose={() => void navigate(pathTo.modelCompare(model.name, [before, version]))}>
            {t('compareBefore', { version: String(before) })}
          </MenuItem>
        )}
        <MenuItem disabledReason={reason} onChoose={() => setAsked('alias')}>
          {t('setAliasHere')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem look="danger" disabledReason={reason} onChoose={() => setAsked('delete')}>
          {t('deleteVersion')}
        </MenuItem>
      </Menu>
      {asked === 'alias' && <AliasDialog model={model} version={version} onClose={close} />}
      {asked === 'delete' && (
        <DeleteVersionDialog
          model={model.name}
          version={version}
          onClose={close}
          {...(onDeleted === undefined ? {} : { onDeleted })}
        />
      )}
    </>
  );
}
