import { PartyPopper } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { buttonClass } from '@/components/Button';
import { Empty } from '@/components/States';
import type { Tally } from '../useReviewSession';

/** Nothing is due (any more): what this sitting brought, and what to do next. */
export function Finished({ tally }: { tally: Tally }) {
  const { t } = useTranslation();
  const reviewed = tally.remembered + tally.partial;
  return (
    <Empty
      icon={<PartyPopper className="size-8" />}
      title={t(reviewed > 0 ? 'review.finished' : 'review.nothing')}
      text={reviewed > 0 ? t('review.summary', { ...tally }) : t('review.nothingText')}
    >
      <Link to="/contents/new" className={buttonClass('primary')}>
        {t('contents.new')}
      </Link>
      <Link to="/" className={buttonClass('secondary')}>
        {t('review.toDashboard')}
      </Link>
    </Empty>
  );
}
