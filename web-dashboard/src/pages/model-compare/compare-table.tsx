import type { WholeVersion } from '@cluster-ai/contract/api/models.ts';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { compareText } from '../../i18n/compare-text.ts';
import { tableText } from '../../i18n/table-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { CloseIcon } from '../../ui/icons.tsx';
import { CompareCell } from './compare-cell.tsx';
import { groups, type ComparedRow, type Group, type Subject } from './compare-versions.ts';

/** The least width by the number of versions: narrower, it scrolls in its own box. */
const widths: Readonly<Record<number, string>> = {
  2: 'min-w-[34rem]',
  3: 'min-w-[44rem]',
  4: 'min-w-[54rem]',
  5: 'min-w-[64rem]',
};

interface CompareTableProps {
  readonly title: string;
  readonly model: string;
  readonly versions: readonly WholeVersion[];
  readonly rows: readonly ComparedRow[];
  /** Only the first table has the buttons. */
  readonly onOrder: ((versions: readonly number[]) => void) | null;
}

/** Versions side by side; the first column of values is the baseline. */
export function CompareTable({ title, model, versions, rows, onOrder }: CompareTableProps) {
  const t = useText(compareText);
  const table = useText(tableText);
  return (
    <section
      aria-label={table('tableOf', { caption: title })}
      tabIndex={0}
      className="table-frame overflow-x-auto rounded-xl"
    >
      <table className={`data-table table-fixed ${widths[versions.length] ?? 'min-w-[76rem]'}`}>
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr>
            <th scope="col" className="w-44">
              {t('what')}
            </th>
            {versions.map(({ version }, index) => (
              <th key={version} scope="col">
                <VersionHead model={model} version={version} versions={versions} index={index} onOrder={onOrder} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const listed = rows.filter((row) => row.group === group);
            if (listed.length === 0) return null;
            return (
              <Fragment key={group}>
                <tr>
                  <th scope="colgroup" colSpan={versions.length + 1} className="bg-sunken">
                    {groupName(t, group)}
                  </th>
                </tr>
                {listed.map(({ subject, values, differs }) => (
                  <tr key={`${subject.kind}/${'name' in subject ? subject.name : ''}`}>
                    <th scope="row" className="align-top text-sm! font-normal! break-words whitespace-normal!">
                      {subjectName(t, subject)}
                    </th>
                    {values.map((value, index) => (
                      <td
                        key={versions[index]?.version}
                        className={differs && index > 0 && value !== values[0] ? 'bg-accent-soft' : ''}
                      >
                        <CompareCell subject={subject} value={value} baseline={index === 0 ? undefined : values[0]} />
                      </td>
                    ))}
                  </tr>
                ))}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

interface VersionHeadProps {
  readonly model: string;
  readonly version: number;
  readonly versions: readonly WholeVersion[];
  readonly index: number;
  readonly onOrder: ((versions: readonly number[]) => void) | null;
}

function VersionHead({ model, version, versions, index, onOrder }: VersionHeadProps) {
  const t = useText(compareText);
  const others = versions.map((entry) => entry.version).filter((entry) => entry !== version);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Link {...pathTo.modelVersion(model, version)} className="text-base font-semibold text-ink hover:underline">
        v{version}
      </Link>
      {index === 0 ? (
        <Badge look="accent">{t('baseline')}</Badge>
      ) : (
        onOrder !== null && (
          <Button
            look="quiet"
            size="small"
            aria-label={`${t('makeBaseline')}: v${version}`}
            onClick={() => onOrder([version, ...others])}
          >
            {t('makeBaseline')}
          </Button>
        )
      )}
      {onOrder !== null && versions.length > 2 && (
        <Button
          look="plain"
          size="small"
          aria-label={t('remove', { version: String(version) })}
          onClick={() => onOrder(others)}
        >
          <CloseIcon />
        </Button>
      )}
    </div>
  );
}

function groupName(t: Text<typeof compareText.en>, group: Group): string {
  const names: Readonly<Record<Group, string>> = {
    signature: t('groupSignature'),
    lineage: t('groupLineage'),
    settings: t('groupSettings'),
    files: t('groupFiles'),
    about: t('groupAbout'),
  };
  return names[group];
}

function subjectName(t: Text<typeof compareText.en>, subject: Subject): string {
  return 'name' in subject ? t(subject.kind, { name: subject.name }) : t(subject.kind);
}
