/** One card: the title asks, the turned side answers. A turned card can be swiped away. */
import { type CSSProperties, lazy, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Loading } from '@/components/States';
import type { ReviewResult, Schedule } from '@/types/api';
import { useSwipe } from '../useSwipe';

const Markdown = lazy(() => import('@/components/Markdown').then((module) => ({ default: module.Markdown })));

const DEGREES_PER_PIXEL = 0.04;
const LEANING = { remembered: 'ring-4 ring-good', forgot: 'ring-4 ring-poor' } as const;

interface Props {
  schedule: Schedule;
  isTurned: boolean;
  /** A card that takes the place of an answered one takes its focus as well. */
  takesFocus: boolean;
  onTurn: () => void;
  onAnswer: (result: ReviewResult) => void;
}

function tilt(offset: number): CSSProperties {
  return offset === 0
    ? {}
    : { transform: `translateX(${offset}px) rotate(${offset * DEGREES_PER_PIXEL}deg)` };
}

export function ReviewCard({ schedule, isTurned, takesFocus, onTurn, onAnswer }: Props) {
  const { t } = useTranslation();
  const { content, initial_review_completed } = schedule;
  const swipe = useSwipe(isTurned, onAnswer);
  const heading = useRef<HTMLHeadingElement>(null);

  // The button that was pressed is gone: without this the focus would be lost with it.
  useEffect(() => {
    if (isTurned || takesFocus) {
      heading.current?.focus({ preventScroll: true });
    }
  }, [isTurned, takesFocus]);

  return (
    <article
      {...swipe.handlers}
      aria-labelledby="card-title"
      style={tilt(swipe.offset)}
      className={`card flex min-h-[22rem] touch-pan-y flex-col p-6 sm:min-h-[26rem] sm:p-9 ${
        swipe.offset === 0 ? 'transition-transform' : ''
      } ${swipe.leaning ? LEANING[swipe.leaning] : ''}`}
    >
      <p className="flex flex-wrap gap-2 text-xs">
        {content.category_name && (
          <span className="rounded-full bg-sunken px-3 py-1 font-medium text-muted">
            {content.category_name}
          </span>
        )}
        {!initial_review_completed && (
          <span className="rounded-full bg-brand-soft px-3 py-1 font-medium text-brand-strong">
            {t('review.new')}
          </span>
        )}
      </p>
      <h2
        id="card-title"
        ref={heading}
        tabIndex={-1}
        className={`font-bold outline-none tracking-tight ${
          isTurned ? 'mt-4 mb-5 text-xl' : 'my-auto py-8 text-center text-3xl sm:text-4xl'
        }`}
      >
        {content.title}
      </h2>
      {isTurned ? (
        <Suspense fallback={<Loading />}>
          <Markdown text={content.body} />
        </Suspense>
      ) : (
        <Button onClick={onTurn} className="w-full" aria-keyshortcuts="Space">
          {t('review.show')}
        </Button>
      )}
    </article>
  );
}
