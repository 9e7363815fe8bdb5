/** Dates as people say them, in the language of the page. */

const DAY_MS = 86_400_000;

/** Calendar days from `now` to `moment` in the browser's zone: 0 is today, 1 tomorrow, -1 yesterday. */
export function daysUntil(moment: Date, now: Date): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(moment) - midnight(now)) / DAY_MS);
}

/** "today", "tomorrow", "in 7 days", in the given language. */
export function relativeDay(iso: string, language: string, now = new Date()): string {
  const days = daysUntil(new Date(iso), now);
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day');
}

export function shortDate(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric' }).format(new Date(iso));
}

export function longDate(date: Date, language: string): string {
  return new Intl.DateTimeFormat(language, { weekday: 'long', month: 'long', day: 'numeric' }).format(date);
}
