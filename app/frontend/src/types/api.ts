/** What the backend sends and takes. One place, so that a changed field is one changed line. */

export type LanguageCode = 'en' | 'ko';
export type Tier = 'FREE' | 'BASIC' | 'PRO';
export type ReviewResult = 'remembered' | 'partial' | 'forgot';

export interface Page<T> {
  count: number;
  next: string | null;
  previous: string | null;
  results: T[];
}

export interface TokenPair {
  access: string;
  refresh: string;
}

export interface Category {
  id: number;
  name: string;
  created_at: string;
}

export interface Content {
  id: number;
  title: string;
  /** Markdown. */
  body: string;
  author: string;
  category: number | null;
  category_name: string | null;
  created_at: string;
  updated_at: string;
}

export interface Schedule {
  id: number;
  content: Pick<Content, 'id' | 'title' | 'body' | 'category' | 'category_name'>;
  next_review_date: string;
  interval_index: number;
  initial_review_completed: boolean;
}

export interface Completion {
  next_review_date: string;
  interval_index: number;
}

/** Times are HH:MM:SS in the user's time zone; weekly_day 0 is Monday. */
export interface Preferences {
  daily_enabled: boolean;
  daily_time: string;
  evening_enabled: boolean;
  evening_time: string;
  weekly_enabled: boolean;
  weekly_day: number;
  weekly_time: string;
}

export interface Profile {
  id: number;
  email: string;
  tier: Tier;
  time_zone: string;
  /** In which e-mails are written. */
  language: LanguageCode;
  preferences: Preferences;
  created_at: string;
}

export interface Dashboard {
  total_contents: number;
  total_categories: number;
  due_today: number;
  reviewed_today: number;
  total_reviews: number;
  /** Of the last 30 days, 0 to 1; null before the first review. */
  success_rate: number | null;
  /** Days in a row with a review. */
  streak: number;
  /** The next seven days, today first; dates are YYYY-MM-DD in the user's zone. */
  upcoming: { date: string; count: number }[];
}

export interface CategoryStats {
  category: number | null;
  name: string | null;
  contents: number;
  due: number;
  reviews: number;
  success_rate: number | null;
}

export interface Export {
  task_id: string;
  status: string;
  result: unknown;
}
