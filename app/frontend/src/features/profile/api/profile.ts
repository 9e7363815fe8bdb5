import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { http } from '@/lib/http';
import { keys } from '@/lib/queryKeys';
import type { LanguageCode, Preferences, Profile, Tier } from '@/types/api';

export const profileQuery = queryOptions({
  queryKey: keys.profile,
  queryFn: ({ signal }) => http.get<Profile>('accounts/profile/', {}, signal),
});

export interface ProfileChange {
  tier?: Tier;
  language?: LanguageCode;
  time_zone?: string;
  preferences?: Partial<Preferences>;
}

/** Days begin and end in the user's time zone, so a changed one changes what is due and counted. */
export function useChangeProfile() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: ProfileChange) => http.patch<Profile>('accounts/profile/', change),
    onSuccess: (profile) => {
      client.setQueryData(profileQuery.queryKey, profile);
      return Promise.all(
        [keys.today, keys.statistics].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
  });
}
