/** Whether somebody is logged in; components render again when that changes, in any tab. */
import { useSyncExternalStore } from 'react';
import { session } from './session';

export function useSession(): boolean {
  return useSyncExternalStore(session.subscribe, session.isActive);
}
