import { Sparkles } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Notice } from '@/components/Notice';
import { useErrorText } from '@/components/useErrorText';
import type { Tier } from '@/types/api';
import { useChangeProfile } from '../api/profile';
import { INTERVALS } from '../tiers';

const TIERS = Object.keys(INTERVALS) as Tier[];

/** The subscription and what it means: after how many days a content comes back. */
export function TierCard({ tier }: { tier: Tier }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const change = useChangeProfile();
  return (
    <section className="card p-5 sm:p-7">
      <div className="flex items-center justify-between gap-3">
        <h2 className="font-semibold text-lg">{t('profile.tier')}</h2>
        <label className="inline-flex items-center gap-1.5 rounded-full bg-brand-soft px-3 py-1 font-semibold text-brand-strong text-sm">
          <Sparkles className="size-4" aria-hidden="true" />
          <span className="sr-only">{t('profile.changeTier')}</span>
          <select
            className="bg-transparent py-1"
            value={tier}
            disabled={change.isPending}
            onChange={(event) => change.mutate({ tier: event.target.value as Tier })}
          >
            {TIERS.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      </div>
      {change.error && <Notice>{errorText(change.error)}</Notice>}
      <p className="mt-2 text-muted text-sm">{t('profile.intervals')}</p>
      <ol className="mt-4 flex flex-wrap gap-2">
        {INTERVALS[tier].map((days) => (
          <li key={days} className="rounded-lg bg-sunken px-3 py-1.5 font-medium text-sm tabular-nums">
            {t('dashboard.days', { count: days })}
          </li>
        ))}
      </ol>
    </section>
  );
}
