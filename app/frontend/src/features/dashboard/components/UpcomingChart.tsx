/** Reviews due on each of the next days, as bars; the same figures are a table for screen readers. */
import { scaleBand, scaleLinear } from 'd3-scale';
import { useTranslation } from 'react-i18next';
import type { Dashboard } from '@/types/api';
import { dayNames } from '../days';

const WIDTH = 560;
const HEIGHT = 220;
const TOP = 28;
const BOTTOM = HEIGHT - 34;
const RADIUS = 8;
/** An empty day keeps a line at the bottom, so that it is seen as a day. */
const MIN_BAR = 4;

type Upcoming = Dashboard['upcoming'];

function Bars({ upcoming, names }: { upcoming: Upcoming; names: string[] }) {
  const x = scaleBand(
    upcoming.map(({ date }) => date),
    [0, WIDTH],
  ).padding(0.35);
  const y = scaleLinear([0, Math.max(1, ...upcoming.map(({ count }) => count))], [0, BOTTOM - TOP]);
  const middle = x.bandwidth() / 2;
  return upcoming.map(({ date, count }, index) => {
    const height = Math.max(MIN_BAR, y(count));
    const left = x(date) ?? 0;
    return (
      <g key={date} className={index === 0 ? 'text-brand' : 'text-brand/45'}>
        <rect
          x={left}
          y={BOTTOM - height}
          width={x.bandwidth()}
          height={height}
          rx={Math.min(RADIUS, height / 2)}
          fill="currentColor"
        />
        {count > 0 && (
          <text
            x={left + middle}
            y={BOTTOM - height - 9}
            textAnchor="middle"
            className="fill-ink font-semibold text-[15px]"
          >
            {count}
          </text>
        )}
        <text x={left + middle} y={HEIGHT - 8} textAnchor="middle" className="fill-muted text-[14px]">
          {names[index]}
        </text>
      </g>
    );
  });
}

export function UpcomingChart({ upcoming }: { upcoming: Upcoming }) {
  const { t, i18n } = useTranslation();
  const names = dayNames(
    upcoming.map(({ date }) => date),
    i18n.language,
    t('dashboard.today'),
  );
  return (
    <figure>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="w-full" aria-hidden="true">
        <Bars upcoming={upcoming} names={names} />
      </svg>
      <table className="sr-only">
        <caption>{t('dashboard.upcoming')}</caption>
        <tbody>
          {upcoming.map(({ date, count }, index) => (
            <tr key={date}>
              <th scope="row">{names[index]}</th>
              <td>{t('dashboard.reviews', { count })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
