import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';

/** What stands over a column; one of buttons needs no word for those who see them. */
export function HeaderText({ header }: { readonly header: string }) {
  const t = useText(tableText);
  return header === '' ? <span className="sr-only">{t('actions')}</span> : header;
}
