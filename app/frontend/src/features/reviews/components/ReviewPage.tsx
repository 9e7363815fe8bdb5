import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Notice } from '@/components/Notice';
import { PageHeader } from '@/components/PageHeader';
import { Failed, Loading } from '@/components/States';
import { useErrorText } from '@/components/useErrorText';
import type { Page, Schedule } from '@/types/api';
import { todayQuery } from '../api/today';
import { useReviewSession } from '../useReviewSession';
import { useShortcuts } from '../useShortcuts';
import { AnswerButtons } from './AnswerButtons';
import { Finished } from './Finished';
import { Progress } from './Progress';
import { ReviewCard } from './ReviewCard';

function Deck({ page }: { page: Page<Schedule> }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const session = useReviewSession(page);
  const { card, isTurned, answer, turn } = session;
  useShortcuts({ isTurned, onTurn: turn, onAnswer: answer });

  if (card === undefined) {
    return <Finished tally={session.tally} />;
  }
  return (
    <>
      <Progress done={session.done} left={session.left} />
      <ReviewCard key={card.id} schedule={card} isTurned={isTurned} onTurn={turn} onAnswer={answer} />
      <div className="mt-5 min-h-20 space-y-4">
        {session.error && <Notice>{errorText(session.error)}</Notice>}
        {isTurned && <AnswerButtons disabled={session.isSending} onAnswer={answer} />}
        <p className="hidden text-center text-muted text-sm sm:block">
          {t(isTurned ? 'review.keysAnswer' : 'review.keysTurn')}
        </p>
      </div>
    </>
  );
}

export function ReviewPage() {
  const { t } = useTranslation();
  const today = useQuery(todayQuery);
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title={t('review.title')} />
      {today.isPending ? (
        <Loading />
      ) : today.isError ? (
        <Failed error={today.error} onRetry={today.refetch} />
      ) : (
        <Deck page={today.data} />
      )}
    </div>
  );
}
