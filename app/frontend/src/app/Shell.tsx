/** The frame of every page of a session: navigation at the side or at the bottom, notices, the page. */
import { BookOpen, ChartNoAxesColumn, FolderOpen, Layers, LogOut, UserRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Navigate, NavLink, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { Logo } from '@/components/Logo';
import { useSession } from '@/lib/useSession';
import { logout } from './logout';
import { OfflineNotice } from './OfflineNotice';
import { useFocusOnNavigation } from './useFocusOnNavigation';

const PAGES = [
  { to: '/', name: 'dashboard', Icon: ChartNoAxesColumn },
  { to: '/review', name: 'review', Icon: Layers },
  { to: '/contents', name: 'contents', Icon: BookOpen },
  { to: '/categories', name: 'categories', Icon: FolderOpen },
  { to: '/profile', name: 'profile', Icon: UserRound },
] as const;

const SIDE_LINK =
  'flex items-center gap-3 rounded-xl px-3.5 py-2.5 font-medium text-muted hover:bg-sunken hover:text-ink ' +
  'aria-[current=page]:bg-brand-soft aria-[current=page]:text-brand-strong';
const TAB_LINK =
  'flex flex-1 flex-col items-center gap-1 py-2.5 text-[11px] font-medium text-muted aria-[current=page]:text-brand-strong';

function Side() {
  const { t } = useTranslation();
  return (
    <aside className="sticky top-0 hidden h-dvh w-64 shrink-0 flex-col border-line border-r bg-raised p-5 lg:flex">
      <p className="mb-8 flex items-center gap-3 px-2 font-bold text-xl tracking-tight">
        <Logo className="size-9" />
        Resee
      </p>
      <nav aria-label={t('nav.main')} className="flex flex-1 flex-col gap-1">
        {PAGES.map(({ to, name, Icon }) => (
          <NavLink key={to} to={to} end={to === '/'} className={SIDE_LINK}>
            <Icon className="size-5" aria-hidden="true" />
            {t(`nav.${name}`)}
          </NavLink>
        ))}
      </nav>
      <button type="button" className={SIDE_LINK} onClick={logout}>
        <LogOut className="size-5" aria-hidden="true" />
        {t('nav.logout')}
      </button>
    </aside>
  );
}

function TopBar() {
  const { t } = useTranslation();
  return (
    <header className="flex items-center justify-between px-4 pt-4 sm:px-8 lg:hidden">
      <p className="flex items-center gap-2.5 font-bold text-lg tracking-tight">
        <Logo />
        Resee
      </p>
      <button
        type="button"
        className="grid size-11 place-items-center rounded-xl text-muted"
        aria-label={t('nav.logout')}
        onClick={logout}
      >
        <LogOut className="size-5" aria-hidden="true" />
      </button>
    </header>
  );
}

function Tabs() {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t('nav.main')}
      className="fixed inset-x-0 bottom-0 z-10 flex border-line border-t bg-raised pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      {PAGES.map(({ to, name, Icon }) => (
        <NavLink key={to} to={to} end={to === '/'} className={TAB_LINK}>
          <Icon className="size-5.5" aria-hidden="true" />
          {t(`nav.${name}`)}
        </NavLink>
      ))}
    </nav>
  );
}

export function Shell() {
  const { t } = useTranslation();
  const signedIn = useSession();
  const { pathname, search } = useLocation();
  const main = useFocusOnNavigation(pathname);
  if (!signedIn) {
    return <Navigate to="/login" replace state={{ from: pathname + search }} />;
  }
  return (
    <div className="lg:flex">
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:m-3 focus:rounded-xl focus:bg-raised focus:p-3"
      >
        {t('nav.skip')}
      </a>
      <Side />
      <div className="min-w-0 flex-1">
        <OfflineNotice />
        <TopBar />
        <main
          id="page"
          ref={main}
          tabIndex={-1}
          className="mx-auto max-w-5xl px-4 pt-5 pb-28 outline-none sm:px-8 lg:py-10"
        >
          <Outlet />
        </main>
      </div>
      <Tabs />
      <ScrollRestoration />
    </div>
  );
}
