/** Names under the bars: "Today", then short names of days. Dates are calendar days, in no zone. */
export function dayNames(dates: string[], language: string, today: string): string[] {
  const name = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' });
  return dates.map((date, index) => (index === 0 ? today : name.format(new Date(`${date}T00:00:00Z`))));
}
