import { endpointUrl } from '@cluster-ai/contract/api/client.ts';
import { auditExportFormats, exportAudit } from '@cluster-ai/contract/api/audit.ts';
import { useCan } from '../../api/session.ts';
import { auditText } from '../../i18n/audit-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, MenuLink } from '../../ui/menu.tsx';

/** The whole log as a file; the browser's own download, so that no log is too long for it. */
export function ExportMenu() {
  const t = useText(auditText);
  const { reason } = useCan('admin');
  if (reason !== undefined) {
    return (
      <Button look="quiet" disabledReason={reason}>
        {t('export')}
      </Button>
    );
  }
  const words = { jsonl: t('exportJsonl'), csv: t('exportCsv') };
  return (
    <Menu trigger={<Button look="quiet">{t('export')}</Button>}>
      {auditExportFormats.map((format) => (
        <MenuLink
          key={format}
          render={
            <a href={endpointUrl('', exportAudit, { query: { format } })} download={`cluster-ai-audit.${format}`}>
              {words[format]}
            </a>
          }
        >
          {words[format]}
        </MenuLink>
      ))}
    </Menu>
  );
}
