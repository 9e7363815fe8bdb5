/** Reviews due on each of the next days: a list to a screen reader, bars to the eye. */
import { scaleLinear } from 'd3-scale';
import { useTranslation } from 'react-i18next';
import type { Dashboard } from '@/types/api';
import { dayNames } from '../days';

/** Percent of the chart's height: a bar leaves room for its figure, an empty day is still seen as a day. */
const HIGHEST = 88;
const LOWEST = 2;

type Upcoming = Dashboard['upcoming'];

export function UpcomingChart({ upcoming }: { upcoming: Upcoming }) {
  const { t, i18n } = useTranslation();
  const names = dayNames(
    upcoming.map(({ date }) => date),
    i18n.language,
    t('dashboard.today'),
  );
  const height = scaleLinear([0, Math.max(1, ...upcoming.map(({ count }) => count))], [LOWEST, HIGHEST]);
  return (
    <ul className="flex gap-2 sm:gap-4">
      {upcoming.map(({ date, count }, index) => (
        <li key={date} className="min-w-0 flex-1 text-center">
          <div className="flex h-44 flex-col justify-end gap-1.5" aria-hidden="true">
            <span className="font-semibold text-sm tabular-nums">{count > 0 && count}</span>
            <div
              className={`rounded-lg ${index === 0 ? 'bg-brand' : 'bg-brand/45'}`}
              style={{ height: `${height(count)}%` }}
            />
          </div>
          <p className="mt-2 truncate text-muted text-xs sm:text-sm">{names[index]}</p>
          <p className="sr-only">{t('dashboard.reviews', { count })}</p>
        </li>
      ))}
    </ul>
  );
}
