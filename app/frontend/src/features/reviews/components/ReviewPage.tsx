import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loaded } from '@/components/Loaded';
import { Notice } from '@/components/Notice';
import { PageHeader } from '@/components/PageHeader';
import { Loading } from '@/components/States';
import { useErrorText } from '@/components/useErrorText';
import type { Page, Schedule } from '@/types/api';
import { todayQuery } from '../api/today';
import { isUsedUp } from '../deck';
import { useReviewSession } from '../useReviewSession';
import { useShortcuts } from '../useShortcuts';
import { AnswerButtons } from './AnswerButtons';
import { Finished } from './Finished';
import { LastAnswer } from './LastAnswer';
import { Notes } from './Notes';
import { Progress } from './Progress';
import { ReviewCard } from './ReviewCard';

function Deck({ page }: { page: Page<Schedule> }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const session = useReviewSession(page);
  const { card, isTurned, last, answer, turn } = session;
  useShortcuts({ isTurned, onTurn: turn, onAnswer: answer });

  if (card === undefined) {
    return isUsedUp(page) ? <Loading /> : <Finished tally={session.tally} />;
  }
  return (
    <>
      <Progress done={session.done} left={session.left} />
      <ReviewCard
        key={`${card.id} ${session.answered}`}
        schedule={card}
        isTurned={isTurned}
        takesFocus={last !== null}
        onTurn={turn}
        onAnswer={answer}
      />
      <div className="mt-5 space-y-4">
        {session.error && <Notice>{errorText(session.error)}</Notice>}
        {isTurned && <AnswerButtons disabled={session.isSending} onAnswer={answer} />}
        {isTurned && <Notes text={session.notes} onChange={session.setNotes} />}
        <p className="hidden text-center text-muted text-sm sm:block">
          {t(isTurned ? 'review.keysAnswer' : 'review.keysTurn')}
        </p>
        {!isTurned && <LastAnswer last={last} />}
      </div>
    </>
  );
}

export function ReviewPage() {
  const { t } = useTranslation();
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title={t('review.title')} />
      <Loaded query={useQuery(todayQuery)}>{(page) => <Deck page={page} />}</Loaded>
    </div>
  );
}
