import { describe, expect, it } from 'vitest';
import { content, schedule } from '@/test/data';
import type { Page, Schedule } from '@/types/api';
import { moveOn, progress } from './deck';

const first = schedule(1, content(11, 'first'), { interval_index: 3, initial_review_completed: false });
const second = schedule(2, content(12, 'second'));
const page: Page<Schedule> = { count: 60, next: null, previous: null, results: [first, second] };
const completion = { next_review_date: '2026-03-05T09:00:00Z', interval_index: 0 };

describe('moveOn', () => {
  it.each(['remembered', 'partial'] as const)('takes a card that was %s out of the deck', (result) => {
    const after = moveOn(page, { content_id: 11, result }, completion);
    expect(after.results).toEqual([second]);
    expect(after.count).toBe(59);
  });

  it('puts a forgotten card at the end, as the server now has it', () => {
    const after = moveOn(page, { content_id: 11, result: 'forgot' }, completion);
    expect(after.results).toEqual([second, { ...first, ...completion, initial_review_completed: true }]);
    expect(after.count).toBe(60);
  });

  it('leaves a deck without the card as it is', () => {
    expect(moveOn(page, { content_id: 99, result: 'remembered' }, completion)).toBe(page);
  });
});

describe('progress', () => {
  it.each([
    [0, 4, 0],
    [1, 3, 0.25],
    [4, 0, 1],
    [0, 0, 1],
  ])('%i done and %i left is %f', (done, left, expected) => {
    expect(progress(done, left)).toBe(expected);
  });
});
