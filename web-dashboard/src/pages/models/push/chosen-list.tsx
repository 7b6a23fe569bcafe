import { pushText } from '../../../i18n/push-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { useFormat } from '../../../ui/format.ts';
import { CloseIcon } from '../../../ui/icons.tsx';
import { namedFiles, totalBytes, type SourceFile } from '../../../upload/chosen-files.ts';

/** Files that are listed; a folder may have hundreds. */
const listedMax = 6;

interface ChosenListProps {
  readonly sources: readonly SourceFile[];
  readonly onRemove: (file: File) => void;
}

/** What was chosen, as it will be called in the version. */
export function ChosenList({ sources, onRemove }: ChosenListProps) {
  const t = useText(pushText);
  const { bytes } = useFormat();
  const files = namedFiles(sources);
  if (files.length === 0) return null;
  return (
    <div className="space-y-1 border-t border-line pt-3">
      <p className="text-sm text-muted">
        {t('filesTotal', { count: files.length, size: bytes(totalBytes(files.map(({ file }) => file))) })}
      </p>
      <ul className="space-y-0.5">
        {files.slice(0, listedMax).map(({ path, file }) => (
          <li key={path} className="flex items-center gap-3">
            <span className="min-w-0 flex-1 truncate font-mono text-sm" title={file.name}>
              {path}
            </span>
            <span className="text-sm text-muted tabular-nums">{bytes(file.size)}</span>
            <button
              type="button"
              aria-label={t('removeFile', { path })}
              onClick={() => onRemove(file)}
              className="rounded-md p-1 text-muted hover:bg-sunken hover:text-ink"
            >
              <CloseIcon />
            </button>
          </li>
        ))}
      </ul>
      {files.length > listedMax && (
        <p className="text-sm text-muted">{t('moreFiles', { count: files.length - listedMax })}</p>
      )}
    </div>
  );
}
