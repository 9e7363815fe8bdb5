/** Makes what the backend would send; a test says only what matters to it. */
import type { Category, Content, Dashboard, Profile, Schedule, TokenPair } from '@/types/api';

const NOW = '2026-03-02T09:00:00Z';
const HOUR_SECONDS = 3600;
/** Taken once, so that two tokens of the same words are the same. */
const START_SECONDS = Math.floor(Date.now() / 1000);

/** A token with a readable end, signed by nobody. */
export function token(secondsFromNow = HOUR_SECONDS, mark = 'a'): string {
  const payload = { iat: START_SECONDS, exp: START_SECONDS + secondsFromNow, mark };
  return ['e30', btoa(JSON.stringify(payload)).replaceAll('=', ''), mark].join('.');
}

export function tokenPair(mark = 'a', secondsFromNow = HOUR_SECONDS): TokenPair {
  return { access: token(secondsFromNow, mark), refresh: `refresh-${mark}` };
}

export function category(id: number, name: string): Category {
  return { id, name, created_at: NOW };
}

export function content(id: number, title: string, more: Partial<Content> = {}): Content {
  return {
    id,
    title,
    body: `Body of **${title}**`,
    author: 'ann@example.com',
    category: null,
    category_name: null,
    created_at: NOW,
    updated_at: NOW,
    ...more,
  };
}

export function schedule(id: number, of: Content, more: Partial<Schedule> = {}): Schedule {
  return {
    id,
    content: of,
    next_review_date: NOW,
    interval_index: 0,
    initial_review_completed: true,
    ...more,
  };
}

export const dashboard: Dashboard = {
  total_contents: 12,
  total_categories: 2,
  due_today: 3,
  reviewed_today: 5,
  total_reviews: 240,
  success_rate: 0.8125,
  streak: 6,
  upcoming: [
    { date: '2026-03-02', count: 3 },
    { date: '2026-03-03', count: 0 },
    { date: '2026-03-04', count: 7 },
    { date: '2026-03-05', count: 1 },
    { date: '2026-03-06', count: 0 },
    { date: '2026-03-07', count: 2 },
    { date: '2026-03-08', count: 4 },
  ],
};

export const profile: Profile = {
  id: 1,
  email: 'ann@example.com',
  tier: 'BASIC',
  time_zone: 'Asia/Seoul',
  language: 'en',
  created_at: NOW,
  preferences: {
    daily_enabled: true,
    daily_time: '09:00:00',
    evening_enabled: true,
    evening_time: '20:00:00',
    weekly_enabled: false,
    weekly_day: 0,
    weekly_time: '09:00:00',
  },
};
