import { paletteText } from '../i18n/palette-text.ts';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Keys } from './keys.tsx';
import { pageGroups } from './pages.ts';
import { paletteKeys } from './platform-keys.ts';

/** What the keyboard does. */
export function ShortcutHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const t = useText(paletteText);
  const shell = useText(shellText);
  const pages = pageGroups.flatMap(({ entries }) => entries);
  const groups = [
    {
      title: t('anywhere'),
      rows: [
        [paletteKeys, t('keyPalette')],
        ['?', t('keyHelp')],
        ['Esc', t('keyEscape')],
      ],
    },
    {
      title: t('inLists'),
      rows: [
        ['/', t('keyFilter')],
        ['j k', t('keyNext')],
        ['Enter', t('keyOpen')],
        ['x', t('keySelect')],
      ],
    },
    { title: t('goTo'), rows: pages.map(({ id, key }) => [`g ${key}`, shell(id)]) },
  ];
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('keysTitle')} width="wide">
      <div className="grid gap-6 sm:grid-cols-2">
        {groups.map(({ title, rows }) => (
          <section
            key={title}
            aria-label={title}
            className="space-y-2 last:sm:row-span-2 last:sm:row-start-1 last:sm:col-start-2"
          >
            <h3 className="text-sm font-medium text-muted">{title}</h3>
            <dl className="space-y-1.5">
              {rows.map(([keys = '', does]) => (
                <div key={keys} className="flex items-center justify-between gap-4">
                  <dt className="order-2">
                    <Keys keys={keys} />
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
