/** The share of remembered reviews as a ring. */
import { arc } from 'd3-shape';
import { useTranslation } from 'react-i18next';

const SIZE = 160;
const OUTER = 76;
const INNER = 60;
const FULL = 2 * Math.PI;

const ring = arc<number>()
  .innerRadius(INNER)
  .outerRadius(OUTER)
  .startAngle(0)
  .endAngle((share) => share * FULL)
  .cornerRadius(8);

export function SuccessRing({ rate }: { rate: number | null }) {
  const { t } = useTranslation();
  const percent = rate === null ? null : Math.round(rate * 100);
  const label = percent === null ? t('dashboard.noRate') : t('dashboard.rateLabel', { percent });
  return (
    <svg
      viewBox={`${-SIZE / 2} ${-SIZE / 2} ${SIZE} ${SIZE}`}
      className="mx-auto w-40"
      role="img"
      aria-label={label}
    >
      <path d={ring(1) ?? ''} className="fill-sunken" />
      {rate !== null && rate > 0 && <path d={ring(rate) ?? ''} className="fill-good" />}
      <text textAnchor="middle" dominantBaseline="central" className="fill-ink font-bold text-[34px]">
        {percent === null ? '–' : `${percent}%`}
      </text>
    </svg>
  );
}
