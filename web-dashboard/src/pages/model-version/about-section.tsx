import type { WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { useCan } from '../../api/session.ts';
import { lineageText } from '../../i18n/lineage-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { versionText } from '../../i18n/version-text.ts';
import { Button } from '../../ui/button.tsx';
import { Panel, Section } from '../../ui/section.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { LineageList } from './lineage-list.tsx';

interface AboutSectionProps {
  readonly version: WholeVersion;
  readonly onEdit: () => void;
}

/** What people say about the version. */
export function AboutSection({ version, onEdit }: AboutSectionProps) {
  const t = useText(versionText);
  const words = useText(lineageText);
  const { reason } = useCan('operator');
  const { notes, lineage, revision, updatedAt, updatedBy } = version;
  return (
    <Section
      id="about"
      title={t('about')}
      summary={revision > 1 ? t.rich('edited', { at: <Timestamp at={updatedAt} />, who: updatedBy }) : undefined}
      aside={
        <Button look="quiet" disabledReason={reason} onClick={onEdit}>
          {t('edit')}
        </Button>
      }
    >
      <Panel className="space-y-4 p-5">
        {notes === '' ? (
          <p className="text-muted">{words('notesEmpty')}</p>
        ) : (
          <p className="max-w-prose break-words whitespace-pre-line">{notes}</p>
        )}
        <LineageList lineage={lineage} />
      </Panel>
    </Section>
  );
}
