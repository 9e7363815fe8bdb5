/** Pages for people without a session; whoever has one goes where they wanted to go. */
import { Navigate, Outlet, useLocation } from 'react-router';
import { useSession } from '@/lib/useSession';

export function GuestOnly() {
  const { state } = useLocation();
  return useSession() ? <Navigate to={state?.from ?? '/'} replace /> : <Outlet />;
}
