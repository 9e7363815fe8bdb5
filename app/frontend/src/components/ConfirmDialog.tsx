/** Asks once before something is gone. The browser's own dialog keeps the focus inside and closes on Escape. */
import { useEffect, useId, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { Notice } from './Notice';
import { useErrorText } from './useErrorText';

interface Props {
  open: boolean;
  title: string;
  text: string;
  action: string;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onConfirm: () => void;
}

export function ConfirmDialog({ open, title, text, action, busy, error, onClose, onConfirm }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) {
      dialog.current?.showModal();
    } else {
      dialog.current?.close();
    }
  }, [open]);

  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      aria-labelledby={titleId}
      className="card m-auto w-[min(28rem,calc(100vw-2rem))] p-6 text-ink backdrop:bg-black/50"
    >
      <h2 id={titleId} className="font-semibold text-lg">
        {title}
      </h2>
      <p className="mt-2 mb-6 text-muted">{text}</p>
      {error != null && (
        <div className="mb-4">
          <Notice>{errorText(error)}</Notice>
        </div>
      )}
      <div className="flex justify-end gap-3">
        <Button variant="secondary" onClick={onClose}>
          {t('actions.cancel')}
        </Button>
        <Button variant="danger" busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </dialog>
  );
}
