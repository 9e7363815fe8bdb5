import { useTranslation } from 'react-i18next';
import { progress } from '../deck';

export function Progress({ done, left }: { done: number; left: number }) {
  const { t } = useTranslation();
  const percent = Math.round(progress(done, left) * 100);
  return (
    <div className="mb-5">
      <p className="mb-2 flex justify-between text-muted text-sm">
        <span>{t('review.left', { count: left })}</span>
        <span>{t('review.done', { count: done })}</span>
      </p>
      <div
        role="progressbar"
        aria-label={t('review.progress')}
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div className="h-full rounded-full bg-brand transition-[width]" style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}
