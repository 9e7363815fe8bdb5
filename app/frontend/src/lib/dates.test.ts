import { describe, expect, it } from 'vitest';
import { daysUntil, longDate, relativeDay, shortDate } from './dates';

const EVENING = new Date(2026, 2, 2, 23, 30);

describe('daysUntil', () => {
  it.each([
    [new Date(2026, 2, 2, 0, 5), 0],
    [new Date(2026, 2, 3, 0, 5), 1],
    [new Date(2026, 2, 1, 23, 59), -1],
    [new Date(2026, 3, 1, 12), 30],
  ])('%s is %i days away, whatever the hour', (moment, days) => {
    expect(daysUntil(moment, EVENING)).toBe(days);
  });
});

describe('relativeDay', () => {
  it.each([
    [0, 'en', 'today'],
    [1, 'en', 'tomorrow'],
    [7, 'en', 'in 7 days'],
    [1, 'ko', '내일'],
    [7, 'ko', '7일 후'],
  ])('%i days in %s is "%s"', (days, language, words) => {
    const moment = new Date(2026, 2, 2 + days, 9).toISOString();
    expect(relativeDay(moment, language, EVENING)).toBe(words);
  });
});

it('dates are written as the language writes them', () => {
  expect(shortDate(EVENING.toISOString(), 'en')).toBe('Mar 2');
  expect(longDate(EVENING, 'en')).toBe('Monday, March 2');
  expect(longDate(EVENING, 'ko')).toBe('3월 2일 월요일');
});
