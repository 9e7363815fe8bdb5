/** What a list shows before it shows itself: loading, empty, waiting for a connection, failed. */
import { RotateCw, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { Notice } from './Notice';
import { Spinner } from './Spinner';
import { useErrorText } from './useErrorText';

export function Loading() {
  const { t } = useTranslation();
  return (
    <div role="status" className="flex items-center justify-center gap-3 py-20 text-muted">
      <Spinner />
      <span>{t('states.loading')}</span>
    </div>
  );
}

interface EmptyProps {
  icon: ReactNode;
  title: string;
  text: string;
  children?: ReactNode;
}

export function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <div className="card flex flex-col items-center px-6 py-14 text-center">
      <div
        className="mb-5 grid size-16 place-items-center rounded-2xl bg-brand-soft text-brand"
        aria-hidden="true"
      >
        {icon}
      </div>
      <h2 className="font-semibold text-xl">{title}</h2>
      <p className="mt-2 max-w-sm text-muted">{text}</p>
      {children && <div className="mt-6 flex flex-wrap justify-center gap-3">{children}</div>}
    </div>
  );
}

export function Waiting() {
  const { t } = useTranslation();
  return (
    <Empty icon={<WifiOff className="size-8" />} title={t('states.waiting')} text={t('states.waitingText')} />
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <div className="space-y-4">
      <Notice>{errorText(error)}</Notice>
      <Button variant="secondary" onClick={onRetry}>
        <RotateCw className="size-4" aria-hidden="true" />
        {t('states.retry')}
      </Button>
    </div>
  );
}
