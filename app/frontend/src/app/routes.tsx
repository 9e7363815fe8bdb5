/** Every page and its address. Each page is a chunk of its own, loaded when it is first opened. */
import type { RouteObject } from 'react-router';
import { Loading } from '@/components/States';
import { CrashPage } from './CrashPage';
import { GuestOnly } from './GuestOnly';
import { NotFoundPage } from './NotFoundPage';
import { Shell } from './Shell';

export const routes: RouteObject[] = [
  {
    errorElement: <CrashPage />,
    hydrateFallbackElement: <Loading />,
    children: [
      {
        element: <GuestOnly />,
        children: [
          {
            path: '/login',
            lazy: async () => ({
              Component: (await import('@/features/auth/components/LoginPage')).LoginPage,
            }),
          },
          {
            path: '/register',
            lazy: async () => ({
              Component: (await import('@/features/auth/components/RegisterPage')).RegisterPage,
            }),
          },
        ],
      },
      {
        element: <Shell />,
        children: [
          {
            path: '/',
            lazy: async () => ({
              Component: (await import('@/features/dashboard/components/DashboardPage')).DashboardPage,
            }),
          },
          {
            path: '/review',
            lazy: async () => ({
              Component: (await import('@/features/reviews/components/ReviewPage')).ReviewPage,
            }),
          },
          {
            path: '/contents',
            lazy: async () => ({
              Component: (await import('@/features/library/components/ContentsPage')).ContentsPage,
            }),
          },
          {
            path: '/contents/new',
            lazy: async () => ({
              Component: (await import('@/features/library/components/NewContentPage')).NewContentPage,
            }),
          },
          {
            path: '/contents/:id',
            lazy: async () => ({
              Component: (await import('@/features/library/components/ContentPage')).ContentPage,
            }),
          },
          {
            path: '/categories',
            lazy: async () => ({
              Component: (await import('@/features/library/components/CategoriesPage')).CategoriesPage,
            }),
          },
          {
            path: '/profile',
            lazy: async () => ({
              Component: (await import('@/features/profile/components/ProfilePage')).ProfilePage,
            }),
          },
          { path: '*', element: <NotFoundPage /> },
        ],
      },
    ],
  },
];
