import { useTranslation } from 'react-i18next';
import { relativeDay } from '@/lib/dates';
import type { Last } from '../useReviewSession';

/** Says when the card just answered comes back; read aloud, because nothing else tells of it. */
export function LastAnswer({ last }: { last: Last | null }) {
  const { t, i18n } = useTranslation();
  return (
    <p role="status" className="text-center text-muted text-sm">
      {last &&
        t('review.comesBack', {
          title: last.title,
          when: relativeDay(last.completion.next_review_date, i18n.language),
        })}
    </p>
  );
}
