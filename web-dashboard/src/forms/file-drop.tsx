import { useId, useRef, type ReactNode } from 'react';
import { pushText } from '../i18n/push-text.ts';
import { useText } from '../i18n/use-text.ts';
import type { SourceFile } from '../upload/chosen-files.ts';
import { droppedFiles, pickedFiles } from '../upload/dropped-files.ts';
import { Button } from '../ui/button.tsx';
import { useDrop } from './use-drop.ts';

interface FileDropProps {
  readonly label: string;
  readonly onFiles: (files: readonly SourceFile[]) => void;
  /** A drop that could not be read. */
  readonly onError: (error: Error) => void;
  /** What was chosen, under the buttons. */
  readonly children?: ReactNode;
}

/** Files and folders, dropped or chosen. */
export function FileDrop({ label, onFiles, onError, children }: FileDropProps) {
  const t = useText(pushText);
  const id = useId();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLFieldSetElement>(null);
  const take = (chosen: readonly SourceFile[]) => {
    if (chosen.length > 0) onFiles(chosen);
  };
  const isOver = useDrop(area, (transfer) => {
    droppedFiles(transfer).then(take, (thrown: unknown) =>
      onError(thrown instanceof Error ? thrown : new Error(String(thrown))),
    );
  });
  return (
    <fieldset
      ref={area}
      aria-describedby={`${id}-hint`}
      data-over={isOver || undefined}
      className="space-y-3 rounded-lg border border-dashed border-line-strong px-4 py-4 data-over:border-accent data-over:bg-accent-soft"
    >
      <legend className="sr-only">{label}</legend>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p id={`${id}-hint`} className="min-w-48 flex-1 text-muted">
          {t('dropHere')}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button look="quiet" onClick={() => files.current?.click()}>
            {t('chooseFiles')}
          </Button>
          <Button look="quiet" onClick={() => folder.current?.click()}>
            {t('chooseFolder')}
          </Button>
        </div>
      </div>
      {/* The buttons above open them; they are reached by no other way. */}
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-files
        onChange={(event) => {
          take(pickedFiles(event.target.files));
          event.target.value = '';
        }}
      />
      <input
        ref={(input) => {
          folder.current = input;
          input?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        hidden
        onChange={(event) => {
          take(pickedFiles(event.target.files));
          event.target.value = '';
        }}
      />
      {children}
    </fieldset>
  );
}
