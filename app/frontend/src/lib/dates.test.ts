import { afterEach, describe, expect, it } from 'vitest';
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

describe('in another zone', () => {
  const { TZ } = process.env;
  afterEach(() => {
    process.env.TZ = TZ;
  });

  it.each([
    ['America/New_York', 'the day of 23 hours', '2026-03-08T04:30:00Z', '2026-03-09T03:45:00Z', 1],
    ['America/New_York', 'the day of 25 hours', '2026-11-01T04:30:00Z', '2026-11-02T04:45:00Z', 0],
    ['Europe/Berlin', 'the day of 23 hours', '2026-03-28T22:30:00Z', '2026-03-29T21:45:00Z', 1],
    [
      'Asia/Seoul',
      'a day of which it is the day before in London',
      '2026-03-02T14:59:00Z',
      '2026-03-02T15:00:00Z',
      1,
    ],
  ])('%s counts %s as one day', (zone, _, now, moment, days) => {
    process.env.TZ = zone;
    expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone);
    expect(daysUntil(new Date(moment), new Date(now))).toBe(days);
  });

  it('a date is that of the reader', () => {
    process.env.TZ = 'Asia/Seoul';
    expect(shortDate('2026-03-02T15:30:00Z', 'ko')).toBe('3월 3일');
    process.env.TZ = 'America/New_York';
    expect(shortDate('2026-03-02T15:30:00Z', 'en')).toBe('Mar 2');
  });
});
