/** Keys of a review session: space turns the card; 1, 2, 3 or the arrows answer. */
import { useEffect, useEffectEvent } from 'react';
import type { ReviewResult } from '@/types/api';

const ANSWERS: Readonly<Record<string, ReviewResult>> = {
  '1': 'forgot',
  '2': 'partial',
  '3': 'remembered',
  ArrowLeft: 'forgot',
  ArrowDown: 'partial',
  ArrowRight: 'remembered',
};

/** Keys keep their usual meaning in fields, in code that scrolls, and together with a modifier. */
function isBusyElsewhere(event: KeyboardEvent): boolean {
  const target = event.target;
  const typing = target instanceof Element && target.closest('input, textarea, select, pre, dialog') !== null;
  return typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat;
}

interface Actions {
  isTurned: boolean;
  onTurn: () => void;
  onAnswer: (result: ReviewResult) => void;
}

export function useShortcuts({ isTurned, onTurn, onAnswer }: Actions): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (isBusyElsewhere(event)) {
      return;
    }
    const onControl = event.target instanceof Element && event.target.closest('button, a') !== null;
    const answer = ANSWERS[event.key];
    if (event.key === ' ' && !isTurned && !onControl) {
      event.preventDefault();
      onTurn();
    } else if (isTurned && answer !== undefined) {
      event.preventDefault();
      onAnswer(answer);
    }
  });

  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
