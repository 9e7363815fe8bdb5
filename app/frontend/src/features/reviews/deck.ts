/** The rules of a review session: which card comes next after an answer. Pure. */
import type { Completion, Page, ReviewResult, Schedule } from '@/types/api';

interface Answered {
  content_id: number;
  result: ReviewResult;
}

/** Remembered and partial leave today's deck; forgot goes to its end, as the server keeps it for today. */
export function moveOn(page: Page<Schedule>, answer: Answered, completion: Completion): Page<Schedule> {
  const answered = page.results.find((schedule) => schedule.content.id === answer.content_id);
  const others = page.results.filter((schedule) => schedule !== answered);
  if (answered === undefined) {
    return page;
  }
  if (answer.result === 'forgot') {
    return { ...page, results: [...others, { ...answered, ...completion, initial_review_completed: true }] };
  }
  return { ...page, count: page.count - 1, results: others };
}

/** Whether the server has more for today than it put into this deck. */
export function isUsedUp({ results, count }: Page<Schedule>): boolean {
  return results.length === 0 && count > 0;
}

/** Part of a session that is done, 0 to 1. */
export function progress(done: number, left: number): number {
  return done + left === 0 ? 1 : done / (done + left);
}
