import { useTranslation } from 'react-i18next';
import type { CategoryStats } from '@/types/api';

/** How well each category sits: contents, what is due, and the share remembered as a bar. */
export function CategoryBars({ stats }: { stats: CategoryStats[] }) {
  const { t } = useTranslation();
  return (
    <ul className="space-y-4">
      {stats.map(({ category, name, contents, due, success_rate }) => {
        const percent = success_rate === null ? null : Math.round(success_rate * 100);
        return (
          <li key={category ?? 'none'}>
            <p className="mb-1.5 flex items-baseline justify-between gap-3">
              <span className="truncate font-medium">{name ?? t('contents.noCategory')}</span>
              <span className="shrink-0 text-muted text-sm">
                {percent === null ? t('dashboard.notReviewed') : t('dashboard.remembered', { percent })}
              </span>
            </p>
            <div className="h-2 overflow-hidden rounded-full bg-sunken" aria-hidden="true">
              <div className="h-full rounded-full bg-good" style={{ width: `${percent ?? 0}%` }} />
            </div>
            <p className="mt-1 text-muted text-xs">
              {t('contents.count', { count: contents })}
              {due > 0 && ` · ${t('dashboard.due', { count: due })}`}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
