/** One sitting: which card is up, whether it is turned, how long it took, what was answered so far. */
import { useRef, useState } from 'react';
import type { Completion, Page, ReviewResult, Schedule } from '@/types/api';
import { useComplete } from './api/complete';

export type Tally = Readonly<Record<ReviewResult, number>>;

/** The answer before this card: what it was about, and when that comes back. */
export interface Last {
  title: string;
  result: ReviewResult;
  completion: Completion;
}

const NONE: Tally = { remembered: 0, partial: 0, forgot: 0 };
/** Whoever left the page open over night did not learn all night. */
const LONGEST_SECONDS = 3600;

export function useReviewSession(page: Page<Schedule>) {
  const [tally, setTally] = useState(NONE);
  const [last, setLast] = useState<Last | null>(null);
  const [turned, setTurned] = useState<number | null>(null);
  const [notes, setNotes] = useState('');
  const complete = useComplete();
  const shownAt = useRef(Date.now());
  // Known at once, before anything is rendered again: two presses in one moment are one answer.
  const isSent = useRef(false);
  const card = page.results[0];
  const isTurned = card !== undefined && turned === card.id;

  const answer = (result: ReviewResult) => {
    if (card === undefined || !isTurned || complete.isPending || isSent.current) {
      return;
    }
    isSent.current = true;
    const seconds = Math.round((Date.now() - shownAt.current) / 1000);
    complete.mutate(
      {
        content_id: card.content.id,
        result,
        time_spent: Math.min(seconds, LONGEST_SECONDS),
        ...(notes.trim() && { notes: notes.trim() }),
      },
      {
        onSuccess: (completion) => {
          setLast({ title: card.content.title, result, completion });
          setTally((before) => ({ ...before, [result]: before[result] + 1 }));
          setTurned(null);
          setNotes('');
          shownAt.current = Date.now();
        },
        onSettled: () => {
          isSent.current = false;
        },
      },
    );
  };

  return {
    card,
    isTurned,
    tally,
    last,
    answer,
    notes,
    setNotes,
    turn: () => card && setTurned(card.id),
    isSending: complete.isPending,
    error: complete.error,
    /** Cards that left the deck; a forgotten one is still in it. */
    done: tally.remembered + tally.partial,
    left: page.count,
    answered: tally.remembered + tally.partial + tally.forgot,
  };
}
