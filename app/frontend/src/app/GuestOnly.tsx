/** Pages for people without a session; whoever has one goes where they wanted to go. */
import { Navigate, Outlet, useLocation } from 'react-router';
import { useSession } from '@/lib/useSession';

/** An address of this site; with a second slash or a backslash it would be another's. */
const OWN = /^\/(?![/\\])/;

export function GuestOnly() {
  const { state } = useLocation();
  const wanted = OWN.test(state?.from ?? '') ? state.from : '/';
  return useSession() ? <Navigate to={wanted} replace /> : <Outlet />;
}
