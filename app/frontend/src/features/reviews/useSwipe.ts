/** Swipes of a turned card: right is remembered, left is forgot. Up and down stay the page's scrolling. */
import { type PointerEvent, useRef, useState } from 'react';
import type { ReviewResult } from '@/types/api';

/** A card let go further out than this, in CSS pixels, counts as answered. */
const THRESHOLD = 110;

interface Start {
  x: number;
  y: number;
}

export function useSwipe(enabled: boolean, onAnswer: (result: ReviewResult) => void) {
  const [offset, setOffset] = useState(0);
  const start = useRef<Start | null>(null);

  const end = () => {
    start.current = null;
    setOffset(0);
  };

  return {
    offset,
    /** 'remembered' or 'forgot' once letting go would answer, otherwise null. */
    leaning: Math.abs(offset) < THRESHOLD ? null : offset > 0 ? ('remembered' as const) : ('forgot' as const),
    handlers: {
      onPointerDown: (event: PointerEvent) => {
        if (!event.isPrimary) {
          end(); // A second finger: that is no swipe.
        } else if (enabled && event.pointerType === 'touch') {
          start.current = { x: event.clientX, y: event.clientY };
        }
      },
      onPointerMove: (event: PointerEvent) => {
        if (start.current !== null) {
          const dx = event.clientX - start.current.x;
          const sideways = Math.abs(dx) > Math.abs(event.clientY - start.current.y);
          setOffset(sideways ? dx : 0);
        }
      },
      onPointerUp: () => {
        if (start.current !== null && Math.abs(offset) >= THRESHOLD) {
          onAnswer(offset > 0 ? 'remembered' : 'forgot');
        }
        end();
      },
      onPointerCancel: end,
    },
  };
}
