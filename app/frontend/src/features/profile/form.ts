/** What the profile form edits, and its way from and to the API. */
import type { LanguageCode, Preferences, Profile } from '@/types/api';

export interface ProfileForm {
  time_zone: string;
  language: LanguageCode;
  preferences: Preferences;
}

const HOURS_MINUTES = 5;

/** A time field shows HH:MM; the API says HH:MM:SS. */
export function toForm({ time_zone, language, preferences }: Profile): ProfileForm {
  const short = (time: string) => time.slice(0, HOURS_MINUTES);
  return {
    time_zone,
    language,
    preferences: {
      ...preferences,
      daily_time: short(preferences.daily_time),
      evening_time: short(preferences.evening_time),
      weekly_time: short(preferences.weekly_time),
    },
  };
}
