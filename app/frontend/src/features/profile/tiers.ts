/** What each tier gives: the days between reviews, as the backend counts them. */
import type { Tier } from '@/types/api';

export const INTERVALS: Readonly<Record<Tier, readonly number[]>> = {
  FREE: [1, 3],
  BASIC: [1, 3, 7, 14, 30, 60, 90],
  PRO: [1, 3, 7, 14, 30, 60, 120, 180],
};
